"""Static files under names that carry a hash of their content, compressed once when they are collected."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticStorage(CompressedManifestStaticFilesStorage):
    """Also rewrites the relative imports of our ES modules, so that a module never meets an older neighbour."""

    support_js_module_import_aggregation = True
