"""How the pages of the report and of the review are made from templates."""

import jinja2


def environment(package: str) -> jinja2.Environment:
    """The templates of a package: all text is escaped, and a name that nobody gave is an error."""
    return jinja2.Environment(
        loader=jinja2.PackageLoader(package),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
