# The commands of the project. Each is one script of scripts/, so that it also runs without make.
# PORT, CHROMIUM and CONFIRM may be given on the command line or in the environment.
SHELL := /bin/bash
PYTHON := .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help demo test check fmt bench cells clean

help: ## 列出这些命令
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 16

demo: ## 从零备好一切，在 http://127.0.0.1:8000 开演示站（PORT=8080 换端口）
	@scripts/demo.sh

test: ## 全部检查：格式、静态检查、类型、分层、迁移、SpatiaLite 与 PostGIS 两套测试、浏览器
	@scripts/test.sh

check: ## 几秒钟的检查：不含 PostGIS 与浏览器，没有问题就不多说
	@scripts/check.sh

fmt: ## 整理代码格式并改掉能自动改的问题
	@scripts/run.sh .venv/bin/ruff format .
	@scripts/run.sh .venv/bin/ruff check --fix .

bench: ## 量速度与大小，与限值对照
	@scripts/run.sh $(PYTHON) -m tests.bench

cells: ## 重新绘制 geodata/ 里的乡镇示意单元
	@scripts/run.sh $(PYTHON) manage.py make_cells

clean: ## 删除 .venv 与 var/，连同演示数据库（须 CONFIRM=1）
	@scripts/clean.sh
