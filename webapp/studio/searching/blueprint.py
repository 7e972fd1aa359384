"""The blueprint of what search and pages use."""

from flask import Blueprint

blueprint = Blueprint("studio_search", __name__, url_prefix="/studio/search")
