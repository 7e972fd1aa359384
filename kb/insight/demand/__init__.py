"""What customers ask for just now: the questions and topics of the help centre's home page."""

from kb.insight.demand.counting import TILES, count_demand
from kb.insight.demand.listing import HomeQuestion, list_most_asked, topic_demand

__all__ = ["TILES", "HomeQuestion", "count_demand", "list_most_asked", "topic_demand"]
