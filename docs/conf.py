"""How Sphinx makes the site of these pages; `build.py` runs it."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from numpydoc.xref import DEFAULT_LINKS
from sphinx.application import Sphinx

import watchframe
from watchframe.site import REPOSITORY, SITE

project = "watchframe"
author = "The watchframe developers"
copyright = author  # noqa: A001 - Sphinx looks for this name
version = release = watchframe.__version__
language = "en"
smartquotes = False  # a quote is searched for, and copied, as it is typed

extensions = [
    "sphinx.ext.autodoc",
    "numpydoc",
    "sphinx_click",
    "myst_nb",
    "sphinx_design",
    "sphinx_copybutton",
    "extensions.made_parts",
    "extensions.notebooks",
    "extensions.pictures",
    "extensions.entries",
    "extensions.commands",
]
source_suffix = {".md": "myst-nb", ".ipynb": "myst-nb"}
exclude_patterns = ["_build"]

# Pages: Markdown, whose links lead to headings by the anchors that GitHub makes too.
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 4
myst_links_external_new_tab = False
suppress_warnings = [
    "mystnb.unknown_mime_type",  # of a figure there is an image beside it
    "misc.highlighting_failure",  # a cell of %%watch is no Python; whether it runs, tests tell
]

# Notebooks: as they were saved. What a browser would load from elsewhere is left out.
nb_execution_mode = "off"
nb_ipywidgets_js = {}
nb_merge_streams = True
nb_mime_priority_overrides = [
    ("html", "image/png", 0),
    ("html", "text/html", 10),
    ("html", "application/vnd.jupyter.widget-view+json", None),
]

# Reference: from docstrings. What a single backtick names is linked where it is documented.
default_role = "py:obj"
autodoc_member_order = "bysource"
autodoc_typehints = "none"
autodoc_default_options = {"members": True}
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False
# Only what is documented here is linked: the pages ask no other site, neither when they are built
# nor when they are read.
numpydoc_xref_param_type = True
numpydoc_xref_aliases = {name: name for name in DEFAULT_LINKS}
python_maximum_signature_line_length = 88
add_module_names = False
toc_object_entries_show_parents = "hide"

MARK = "_static/mark.svg"
html_theme = "pydata_sphinx_theme"
html_title = "watchframe"
html_baseurl = SITE
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_favicon = MARK
html_search_scorer = str(HERE / "search_order.js")
html_context = {"default_mode": "auto"}
html_show_sourcelink = False
html_show_sphinx = False
html_copy_source = False
html_sidebars = {"index": [], "changelog": [], "contributing": []}
html_theme_options = {
    "logo": {
        "image_light": MARK,
        "image_dark": MARK,
        "text": "watchframe",
        "alt_text": "watchframe",
    },
    "icon_links": [{"name": "GitHub", "url": REPOSITORY, "icon": "fa-brands fa-github"}],
    "navigation_with_keys": False,
    "show_prev_next": False,
    "show_toc_level": 2,
    "footer_start": ["copyright"],
    "footer_end": [],
    "header_links_before_dropdown": 5,
}
copybutton_prompt_text = r">>> |\.\.\. |\$ |In \[\d*\]: | {2,5}\.\.\.: "
copybutton_prompt_is_regexp = True
copybutton_exclude = ".linenos, .gp, .go"


def setup(app: Sphinx) -> None:
    """Keep decisions out of the search: they name everything, and stand before what people need."""

    def read(app: Sphinx, _doctree: object) -> None:
        page = app.env.docname
        if page.startswith("decisions/"):
            app.env.metadata[page]["nosearch"] = True

    app.connect("doctree-read", read)
