"""Where files lie: static ones under hashed names, compressed once; those people hand in outside the web root."""

from __future__ import annotations

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticStorage(CompressedManifestStaticFilesStorage):
    """Also rewrites the relative imports of our ES modules, so that a module never meets an older neighbour."""

    support_js_module_import_aggregation = True


class PrivateFiles(FileSystemStorage):
    """Files that no address of the web server reaches; a view serves them to those who may have them."""

    def __init__(self) -> None:
        super().__init__(file_permissions_mode=0o600, directory_permissions_mode=0o700)

    @property
    def location(self) -> str:  # asked each time, so that the setting decides
        return str(settings.PRIVATE_DIR)


def private_files() -> FileSystemStorage:
    """The storage, as a model's field asks for it."""
    return PrivateFiles()
