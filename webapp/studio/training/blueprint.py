"""The blueprint of the studio's training."""

from flask import Blueprint

blueprint = Blueprint("studio_training", __name__, url_prefix="/studio/training")
