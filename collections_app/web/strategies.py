from arwork.web.hub import HubPlace
PLACE = HubPlace("strategies", "Strategies", "x", lambda a, t: 0)
