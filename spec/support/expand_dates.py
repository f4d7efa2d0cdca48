# SPDX-License-Identifier: MIT
"""What a calendar shows within windows of time, by dateutil. Reads JSON: series by id, and checks,
each with a window and what was changed until then. Writes for each check the dates, as JSON lines
of [event id, start, end, title] in order of their start."""
import datetime
import itertools
import json
import sys

from dateutil import parser, tz
from dateutil.rrule import rrulestr, rruleset

WALL = "%Y-%m-%dT%H:%M:%S"


def wall(text):
    return datetime.datetime.strptime(text, WALL)


def utc(time, zone):
    """A time that the clock skips counts from before the change, one shown twice is the first."""
    local = tz.resolve_imaginary(time.replace(tzinfo=zone, fold=0))
    return local.astimezone(tz.UTC)


def slots(series, last):
    dates = rruleset()
    dates.rrule(rrulestr(series["rule"], dtstart=wall(series["start"])))
    for text in series["rdates"]:
        dates.rdate(wall(text))
    for text in series["exdates"]:
        dates.exdate(wall(text))
    return list(itertools.takewhile(lambda date: date <= last, dates))


def shown(series, change, slot):
    """Start, end and title of a date; None: it is cancelled."""
    zone = tz.gettz(series["timezone"])
    begin = wall(change["start"]) if change.get("start") else slot
    end = begin + datetime.timedelta(seconds=series["length"])
    if change.get("cancelled"):
        return None
    return utc(begin, zone), utc(end, zone), change.get("title", series["title"])


def stamp(time):
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def answer(everything, check):
    after, before = parser.isoparse(check["after"]), parser.isoparse(check["before"])
    # No date is moved further, or longer; conversions of zones are slow.
    first = after.replace(tzinfo=None) - datetime.timedelta(days=60)
    last = before.replace(tzinfo=None) + datetime.timedelta(days=60)
    found = []
    for event_id in check["series"]:
        series, changes = everything[event_id], check["changes"].get(event_id, {})
        for slot in series["slots"]:
            date_id = event_id + slot.strftime("_t%Y%m%dT%H%M%S")
            if not first <= slot <= last:
                continue
            date = shown(series, changes.get(date_id, {}), slot)
            if not date:
                continue
            begins = date[0] >= after or (check["overlapping"] and date[1] > after)
            if begins and date[0] < before:
                found.append([date_id, stamp(date[0]), stamp(date[1]), date[2]])
    return sorted(found, key=lambda one: (one[1], one[0]))


asked = json.load(sys.stdin)
end = max(parser.isoparse(one["before"]) for one in asked["checks"]).replace(tzinfo=None)
for one in asked["series"].values():
    one["slots"] = slots(one, end + datetime.timedelta(days=60))
for one in asked["checks"]:
    print(json.dumps(answer(asked["series"], one)))
