"""Static files under names that change with their content, scripts in modules included.

A browser keeps a static file for a year, so a script that names another by its bare name would go on
loading the old one. Django can put the changed name into `import … from "./x.js"`, but looks for it in
every script; in a minified one of others, words that look the same stand in texts. So this storage
does it for our own modules alone, and refuses nothing.
"""

from __future__ import annotations

from typing import Any, Final

from whitenoise.storage import (  # type: ignore[import-untyped]  # whitenoise ships no types
    CompressedManifestStaticFilesStorage,
)

MODULES: Final = "toolbox/draw/*.js"


class ModularStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """The storage of whitenoise, which also renames what our modules import."""

    _, _of_modules = CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns
    patterns: Any = (*CompressedManifestStaticFilesStorage.patterns, (MODULES, _of_modules))
