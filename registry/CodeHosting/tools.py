"""Tools of CodeHosting: plain functions over a world, one per document, generated from its declaration.

A function's first parameter is the episode's world; the others, and their defaults, are those of its document. A
``ValueError`` is the tool's answer to a call that cannot be served: it says what was wrong and what would be right.
"""

import re
from datetime import date as Date
from datetime import timedelta
from typing import Any


def get_organisation(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "organisations", name)
    return _view("name", name, row, "billing_contact seats founded storage")


def list_members(world: Any, organisation: str) -> dict[str, Any]:
    _row(world, "organisations", organisation)
    wanted = {"organisation": organisation}
    found = world.find("members", **wanted)
    return {"members": _views(found, "member_id", "name joined reputation")}


def find_member(world: Any, name: str) -> dict[str, Any]:
    member_id, row = _called(world, "members", "name", name)
    return _view("member_id", member_id, row, "name email")


def get_member(world: Any, member_id: str) -> dict[str, Any]:
    row = _row(world, "members", member_id)
    return _view("member_id", member_id, row, "name organisation joined email reputation time_zone")


def list_repositories(world: Any, organisation: str) -> dict[str, Any]:
    _row(world, "organisations", organisation)
    wanted = {"organisation": organisation}
    found = world.find("repositories", **wanted)
    return {"repositories": _views(found, "name", "language stars coverage")}


def get_repository(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "repositories", name)
    return _view("name", name, row, "organisation fork_of maintainer language licence stars coverage")


def list_forks(world: Any, fork_of: str) -> dict[str, Any]:
    _row(world, "repositories", fork_of)
    wanted = {"fork_of": fork_of}
    found = world.find("repositories", **wanted)
    return {"repositories": _views(found, "name", "organisation stars coverage")}


def list_maintained(world: Any, maintainer: str) -> dict[str, Any]:
    _row(world, "members", maintainer)
    wanted = {"maintainer": maintainer}
    found = world.find("repositories", **wanted)
    return {"repositories": _views(found, "name", "language stars")}


def list_branches(world: Any, repository: str) -> dict[str, Any]:
    _row(world, "repositories", repository)
    wanted = {"repository": repository}
    found = world.find("branches", **wanted)
    return {"branches": _views(found, "branch_no", "ahead opened")}


def get_branch(world: Any, branch_no: str) -> dict[str, Any]:
    row = _row(world, "branches", branch_no)
    return _view("branch_no", branch_no, row, "repository keeper ahead opened")


def list_commits(world: Any, branch: str) -> dict[str, Any]:
    _row(world, "branches", branch)
    wanted = {"branch": branch}
    found = world.find("commits", **wanted)
    return {"commits": _views(found, "sha", "parent date additions")}


def list_authored(world: Any, author: str) -> dict[str, Any]:
    _row(world, "members", author)
    wanted = {"author": author}
    found = world.find("commits", **wanted)
    return {"commits": _views(found, "sha", "date files")}


def list_children(world: Any, parent: str) -> dict[str, Any]:
    _row(world, "commits", parent)
    wanted = {"parent": parent}
    found = world.find("commits", **wanted)
    return {"commits": _views(found, "sha", "branch date")}


def get_commit(world: Any, sha: str) -> dict[str, Any]:
    row = _row(world, "commits", sha)
    return _view("sha", sha, row, "branch author date parent additions files")


def list_releases(world: Any, repository: str) -> dict[str, Any]:
    _row(world, "repositories", repository)
    wanted = {"repository": repository}
    found = world.find("releases", **wanted)
    return {"releases": _views(found, "release_no", "date downloads status")}


def get_release(world: Any, release_no: str) -> dict[str, Any]:
    row = _row(world, "releases", release_no)
    return _view("release_no", release_no, row, "commit date downloads manager size status")


def list_dependencies(world: Any, repository: str) -> dict[str, Any]:
    _row(world, "repositories", repository)
    wanted = {"repository": repository}
    found = world.find("dependencies", **wanted)
    return {"dependencies": _views(found, "dependency_no", "needed_repository since calls")}


def list_dependents(world: Any, needed_repository: str) -> dict[str, Any]:
    _row(world, "repositories", needed_repository)
    wanted = {"needed_repository": needed_repository}
    found = world.find("dependencies", **wanted)
    return {"dependencies": _views(found, "dependency_no", "repository since calls")}


def find_dependency(world: Any, repository: str, needed_repository: str) -> dict[str, Any]:
    _row(world, "repositories", repository)
    _row(world, "repositories", needed_repository)
    wanted = {"repository": repository, "needed_repository": needed_repository}
    found = world.find("dependencies", **wanted)
    return {"dependencies": _views(found, "dependency_no", "since calls")}


def list_pins(world: Any, release: str) -> dict[str, Any]:
    _row(world, "releases", release)
    wanted = {"release": release}
    found = world.find("dependencies", **wanted)
    return {"dependencies": _views(found, "dependency_no", "repository calls")}


def get_dependency(world: Any, dependency_no: str) -> dict[str, Any]:
    row = _row(world, "dependencies", dependency_no)
    return _view("dependency_no", dependency_no, row, "repository needed_repository release since calls")


def list_milestones(world: Any, repository: str, status: str = "any") -> dict[str, Any]:
    _row(world, "repositories", repository)
    wanted = {"repository": repository}
    if status != "any":
        wanted["status"] = status
    found = world.find("milestones", **wanted)
    return {"milestones": _views(found, "milestone_no", "due_date points status")}


def get_milestone(world: Any, milestone_no: str) -> dict[str, Any]:
    row = _row(world, "milestones", milestone_no)
    return _view("milestone_no", milestone_no, row, "owner status due_date points")


def list_issues(world: Any, repository: str, status: str = "any") -> dict[str, Any]:
    _row(world, "repositories", repository)
    wanted = {"repository": repository}
    if status != "any":
        wanted["status"] = status
    found = world.find("issues", **wanted)
    return {"issues": _views(found, "issue_no", "priority votes opened status")}


def list_planned(world: Any, milestone: str) -> dict[str, Any]:
    _row(world, "milestones", milestone)
    wanted = {"milestone": milestone}
    found = world.find("issues", **wanted)
    return {"issues": _views(found, "issue_no", "priority votes status")}


def list_assigned(world: Any, assignee: str, status: str = "any") -> dict[str, Any]:
    _row(world, "members", assignee)
    wanted = {"assignee": assignee}
    if status != "any":
        wanted["status"] = status
    found = world.find("issues", **wanted)
    return {"issues": _views(found, "issue_no", "votes opened status")}


def list_waiting(world: Any, blocked_by: str) -> dict[str, Any]:
    _row(world, "issues", blocked_by)
    wanted = {"blocked_by": blocked_by}
    found = world.find("issues", **wanted)
    return {"issues": _views(found, "issue_no", "votes opened")}


def get_issue(world: Any, issue_no: str) -> dict[str, Any]:
    row = _row(world, "issues", issue_no)
    return _view(
        "issue_no",
        issue_no,
        row,
        "repository reporter assignee milestone status blocked_by priority votes opened reason",
    )


def get_label(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "labels", name)
    return _view("name", name, row, "response_days steward colour")


def list_labels(world: Any, issue: str) -> dict[str, Any]:
    _row(world, "issues", issue)
    wanted = {"issue": issue}
    found = world.find("labellings", **wanted)
    return {"labellings": _views(found, "labelling_id", "label date")}


def get_labelling(world: Any, labelling_id: str) -> dict[str, Any]:
    row = _row(world, "labellings", labelling_id)
    return _view("labelling_id", labelling_id, row, "issue label added_by date")


def list_pull_requests(world: Any, repository: str, status: str = "any") -> dict[str, Any]:
    _row(world, "repositories", repository)
    wanted = {"repository": repository}
    if status != "any":
        wanted["status"] = status
    found = world.find("pull_requests", **wanted)
    return {"pull_requests": _views(found, "pr_no", "date conflicts status")}


def get_pull_request(world: Any, pr_no: str) -> dict[str, Any]:
    row = _row(world, "pull_requests", pr_no)
    return _view("pr_no", pr_no, row, "branch author issue status date conflicts")


def list_reviews(world: Any, pull_request: str) -> dict[str, Any]:
    _row(world, "pull_requests", pull_request)
    wanted = {"pull_request": pull_request}
    found = world.find("reviews", **wanted)
    return {"reviews": _views(found, "review_no", "verdict comments date")}


def list_reviewed(world: Any, reviewer: str) -> dict[str, Any]:
    _row(world, "members", reviewer)
    wanted = {"reviewer": reviewer}
    found = world.find("reviews", **wanted)
    return {"reviews": _views(found, "review_no", "verdict minutes date")}


def get_review(world: Any, review_no: str) -> dict[str, Any]:
    row = _row(world, "reviews", review_no)
    return _view("review_no", review_no, row, "pull_request reviewer verdict comments minutes date")


def list_builds(world: Any, branch: str, status: str = "any") -> dict[str, Any]:
    _row(world, "branches", branch)
    wanted = {"branch": branch}
    if status != "any":
        wanted["status"] = status
    found = world.find("builds", **wanted)
    return {"builds": _views(found, "build_no", "start_date minutes artefact status")}


def get_build(world: Any, build_no: str) -> dict[str, Any]:
    row = _row(world, "builds", build_no)
    return _view("build_no", build_no, row, "commit start_date minutes trigger artefact status")


def list_jobs(world: Any, build: str) -> dict[str, Any]:
    _row(world, "builds", build)
    wanted = {"build": build}
    found = world.find("jobs", **wanted)
    return {"jobs": _views(found, "job_no", "task duration status")}


def list_load(world: Any, runner: str) -> dict[str, Any]:
    _row(world, "runners", runner)
    wanted = {"runner": runner}
    found = world.find("jobs", **wanted)
    return {"jobs": _views(found, "job_no", "task duration status")}


def get_job(world: Any, job_no: str) -> dict[str, Any]:
    row = _row(world, "jobs", job_no)
    return _view("job_no", job_no, row, "build runner task duration status")


def get_runner(world: Any, name: str) -> dict[str, Any]:
    row = _row(world, "runners", name)
    return _view("name", name, row, "cores memory region operator")


def build_cost(world: Any, build_no: str, runner: str) -> dict[str, Any]:
    build = _row(world, "builds", build_no)
    runner_row = _row(world, "runners", runner)
    return {"build_no": build_no, "runner": runner, "cost": round(build["minutes"] * runner_row["cents"] / 100, 2)}


def estimate_transfer(world: Any, release_no: str, runner: str) -> dict[str, Any]:
    release = _row(world, "releases", release_no)
    runner_row = _row(world, "runners", runner)
    return {"release_no": release_no, "runner": runner, "seconds": 1 + release["size"] * 3 // runner_row["cents"]}


def merge_pull_request(world: Any, pr_no: str) -> dict[str, Any]:
    pull_request = _row(world, "pull_requests", pr_no)
    if pull_request["status"] != "open":
        raise ValueError(f"pull request {pr_no} is {pull_request['status']}; only an open one can be dealt with")
    if _count(world, "reviews", pull_request=pr_no, verdict="changes requested") != 0:
        raise ValueError(f"a review of {pr_no} requests changes; its author has to make them first")
    if not _count(world, "reviews", pull_request=pr_no, verdict="approved") >= _rule(world, "approvals"):
        raise ValueError(f"{pr_no} has too few approving reviews: {_rule(world, 'approvals')} are needed")
    row = world.update("pull_requests", pr_no, status="merged")
    world.update("issues", pull_request["issue"], status="closed", reason="fixed")
    world.update("branches", pull_request["branch"], ahead=0)
    return _view("pr_no", pr_no, row, "status")


def request_review(world: Any, pr_no: str, member_id: str) -> dict[str, Any]:
    pull_request = _row(world, "pull_requests", pr_no)
    _row(world, "members", member_id)
    if pull_request["status"] != "open":
        raise ValueError(f"pull request {pr_no} is {pull_request['status']}; only an open one can be dealt with")
    if pull_request["author"] == member_id:
        raise ValueError(f"{member_id} wrote {pr_no}; somebody else has to review it")
    if _count(world, "reviews", pull_request=pr_no, reviewer=member_id) != 0:
        raise ValueError(f"{member_id} reviews {pr_no} already; name somebody else")
    if not _count(world, "reviews", pull_request=pr_no) < _rule(world, "reviewers"):
        raise ValueError(f"{pr_no} has {_rule(world, 'reviewers')} reviews, the most allowed; wait for them")
    row = {
        "pull_request": pr_no,
        "reviewer": member_id,
        "verdict": "pending",
        "comments": 0,
        "minutes": 0,
        "date": world.constants["today"],
    }
    new_review = world.insert("reviews", row, prefix="REV")
    return _view("review_no", new_review, row, "pull_request reviewer verdict comments minutes date")


def close_issue(world: Any, issue_no: str, reason: str) -> dict[str, Any]:
    issue = _row(world, "issues", issue_no)
    if issue["status"] != "open":
        raise ValueError(f"issue {issue_no} is closed already; only an open one can be dealt with")
    if not (reason != "fixed" or _count(world, "pull_requests", issue=issue_no, status="open") == 0):
        raise ValueError(f"an open pull request is for {issue_no}; merge that one, or give another reason")
    row = world.update("issues", issue_no, status="closed", reason=reason)
    for each, _ in world.find("issues", blocked_by=issue_no):
        world.update("issues", each, priority="high")
    return _view("issue_no", issue_no, row, "status reason")


def assign_issue(world: Any, issue_no: str, member_id: str) -> dict[str, Any]:
    issue = _row(world, "issues", issue_no)
    _row(world, "members", member_id)
    if issue["status"] != "open":
        raise ValueError(f"issue {issue_no} is closed already; only an open one can be dealt with")
    if issue["assignee"] == member_id:
        raise ValueError(f"issue {issue_no} is assigned to {member_id} already; name somebody else")
    if not _count(world, "issues", assignee=member_id, status="open") < _rule(world, "open assignments"):
        raise ValueError(
            f"{member_id} has {_rule(world, 'open assignments')} open issues, the most allowed; close one of them first"
        )
    row = world.update("issues", issue_no, assignee=member_id)
    return _view("issue_no", issue_no, row, "assignee")


def add_label(world: Any, issue_no: str, label: str) -> dict[str, Any]:
    issue = _row(world, "issues", issue_no)
    _row(world, "labels", label)
    if _count(world, "labellings", issue=issue_no, label=label) != 0:
        raise ValueError(f"issue {issue_no} has that label already; name another")
    if not _count(world, "labellings", issue=issue_no) < _rule(world, "labels per issue"):
        raise ValueError(
            f"issue {issue_no} has {_rule(world, 'labels per issue')} labels, the most allowed; choose what matters most"
        )
    row = {"issue": issue_no, "label": label, "added_by": issue["assignee"], "date": world.constants["today"]}
    new_labelling = world.insert("labellings", row, prefix="LBG")
    return _view("labelling_id", new_labelling, row, "issue label added_by date")


def move_milestone(world: Any, milestone_no: str, due_date: str) -> dict[str, Any]:
    milestone = _row(world, "milestones", milestone_no)
    _day_to_come(world, due_date)
    if milestone["status"] != "open":
        raise ValueError(f"milestone {milestone_no} is reached; only an open one can be moved")
    if milestone["due_date"] == due_date:
        raise ValueError(f"milestone {milestone_no} is due on {due_date} already; name another day")
    if not _days_until(world, due_date) <= _rule(world, "milestone window"):
        raise ValueError(
            f"milestones are due within the next {_rule(world, 'milestone window')} days; name an earlier day"
        )
    if not abs(_days_until(world, due_date) - _days_until(world, milestone["due_date"])) <= _rule(world, "milestone shift"):
        raise ValueError(
            f"{milestone_no} is due on {milestone['due_date']} and is moved by {_rule(world, 'milestone shift')} days at most"
        )
    row = world.update("milestones", milestone_no, due_date=due_date)
    return _view("milestone_no", milestone_no, row, "due_date")


def restart_build(world: Any, build_no: str) -> dict[str, Any]:
    build = _row(world, "builds", build_no)
    if build["status"] != "failed":
        raise ValueError(f"build {build_no} is {build['status']}; only a failed one is started again")
    if not _days_until(world, build["start_date"]) >= -_rule(world, "restart period"):
        raise ValueError(
            f"it is too late: builds are started again up to {_rule(world, 'restart period')} days after their start"
        )
    if not _count(world, "builds", branch=build["branch"], status="queued") < _rule(world, "queue length"):
        raise ValueError(
            f"branch {build['branch']} has {_rule(world, 'queue length')} builds in the queue, the most allowed; cancel one"
        )
    row = {
        "branch": build["branch"],
        "commit": build["commit"],
        "start_date": world.constants["today"],
        "minutes": 0,
        "trigger": "somebody by hand",
        "artefact": build["artefact"],
        "status": "queued",
    }
    new_build = world.insert("builds", row, prefix="BLD")
    return _view("build_no", new_build, row, "branch commit start_date minutes trigger artefact status")


def cancel_build(world: Any, build_no: str) -> dict[str, Any]:
    build = _row(world, "builds", build_no)
    if build["status"] != "queued":
        raise ValueError(f"build {build_no} is {build['status']}; only one in the queue can be cancelled")
    row = world.update("builds", build_no, status="cancelled")
    for each, _ in world.find("jobs", build=build_no, status="queued"):
        world.update("jobs", each, status="cancelled")
    return _view("build_no", build_no, row, "status")


def publish_release(world: Any, build_no: str) -> dict[str, Any]:
    build = _row(world, "builds", build_no)
    if build["status"] != "passed":
        raise ValueError(f"build {build_no} is {build['status']}; only a passed one is released")
    if not _days_until(world, build["start_date"]) >= -_rule(world, "release freshness"):
        raise ValueError(
            f"it is too late: a build is released up to {_rule(world, 'release freshness')} days after its start"
        )
    if _count(world, "releases", commit=build["commit"]) != 0:
        raise ValueError(f"commit {build['commit']} has been released already; release a newer one")
    row = {
        "repository": _row(world, "branches", build["branch"])["repository"],
        "commit": build["commit"],
        "date": world.constants["today"],
        "downloads": 0,
        "manager": _row(world, "repositories", _row(world, "branches", build["branch"])["repository"])["maintainer"],
        "size": build["artefact"],
        "status": "current",
    }
    new_release = world.insert("releases", row, prefix="RL")
    return _view("release_no", new_release, row, "repository commit date downloads manager size status")


def withdraw_release(world: Any, release_no: str) -> dict[str, Any]:
    release = _row(world, "releases", release_no)
    if release["status"] != "current":
        raise ValueError(f"release {release_no} is withdrawn already; nothing needs to be done")
    if _count(world, "dependencies", release=release_no) != 0:
        raise ValueError(f"other repositories depend on {release_no}; list_pins shows which have to move first")
    row = world.update("releases", release_no, status="withdrawn")
    return _view("release_no", release_no, row, "status")


def transfer_repository(world: Any, repository: str, organisation: str) -> dict[str, Any]:
    repository_row = _row(world, "repositories", repository)
    _row(world, "organisations", organisation)
    if repository_row["organisation"] == organisation:
        raise ValueError(f"{repository} belongs to {organisation} already; name another organisation")
    if not _count(world, "repositories", organisation=organisation) < _rule(world, "repositories"):
        raise ValueError(
            f"{organisation} has {_rule(world, 'repositories')} repositories, the most allowed; choose another organisation"
        )
    if not _count(world, "pull_requests", repository=repository, status="open") <= 2:
        raise ValueError(f"{repository} has more than two open pull requests; deal with some of them first")
    row = world.update("repositories", repository, organisation=organisation)
    return _view("name", repository, row, "organisation")


def get_rule(world: Any, topic: str) -> dict[str, Any]:
    return dict(_row(world, "rules", topic))


# Where the keys of each table come from: table -> (what it is, how to find the right one).
_SOURCES = {
    'organisations': ('organisation is called', 'get_member and get_repository give the right ones'),
    'members': ('member has the id', 'list_members and find_member give the right ones'),
    'repositories': ('repository is called', 'list_repositories and list_forks give the right ones'),
    'labels': ('label is called', 'get_labelling gives the right ones'),
    'runners': ('runner is called', 'get_job gives the right ones'),
    'branches': ('branch has the number', 'list_branches and get_commit give the right ones'),
    'commits': ('commit has the sha', 'list_commits and list_authored give the right ones'),
    'releases': ('release has the number', 'list_releases and get_dependency give the right ones'),
    'dependencies': ('dependency has the number', 'list_dependencies and list_dependents give the right ones'),
    'milestones': ('milestone has the number', 'list_milestones and get_issue give the right ones'),
    'issues': ('issue has the number', 'list_issues and list_planned give the right ones'),
    'labellings': ('labelling has the id', 'list_labels gives the right ones'),
    'pull_requests': ('pull request has the pr no', 'list_pull_requests and get_review give the right ones'),
    'reviews': ('review has the number', 'list_reviews and list_reviewed give the right ones'),
    'builds': ('build has the number', 'list_builds and get_job give the right ones'),
    'jobs': ('job has the number', 'list_jobs and list_load give the right ones'),
    'rules': ('rule is about', "the topics are listed in the tool's document"),
}


def _shown(value: str) -> str:
    """What the caller wrote, short and escaped."""
    return ascii(value[:40] + "..." if len(value) > 40 else value)


def _row(world: Any, table: str, key: str) -> dict[str, Any]:
    row: dict[str, Any] | None = world.get(table, key)
    if row is None:
        what, mend = _SOURCES[table]
        raise ValueError(f"no {what} {_shown(key)}; {mend}")
    return row


def _called(world: Any, table: str, column: str, value: str) -> tuple[str, dict[str, Any]]:
    """Key and row of the one that bears a name."""
    found: list[tuple[str, dict[str, Any]]] = world.find(table, **{column: value})
    if not found:
        what = _SOURCES[table][0].split()[0]
        raise ValueError(f"no {what} with the {column} {_shown(value)} is known; give it as it was written, in full")
    return found[0]


def _view(key: str, value: str, row: dict[str, Any], columns: str) -> dict[str, Any]:
    """A row's key and some of its columns (created rows do not hold their key)."""
    return {key: value, **{column: row[column] for column in columns.split()}}


def _views(found: list[tuple[str, dict[str, Any]]], key: str, columns: str) -> list[dict[str, Any]]:
    return [_view(key, row_key, row, columns) for row_key, row in found]


def _rule(world: Any, topic: str) -> int:
    value: int = _row(world, "rules", topic)["value"]
    return value


def _day(text: str) -> Date:
    if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError(f"{_shown(text)} is no date; write it as YYYY-MM-DD")
    try:
        return Date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{_shown(text)} is not in the calendar") from None


def _day_to_come(world: Any, text: str) -> str:
    if _day(text) < _day(world.constants["today"]):
        raise ValueError(f"{text} is past: today is {world.constants['today']}")
    return text


def _days_until(world: Any, text: str) -> int:
    """Days from today; negative for a day that is past."""
    return (_day(text) - _day(world.constants["today"])).days


def _add_days(text: str, days: int) -> str:
    return (_day(text) + timedelta(days=days)).isoformat()


def _count(world: Any, table: str, **equal: Any) -> int:
    return len(world.find(table, **equal))


def _hours_until(world: Any, day: str, clock: str) -> float:
    """Hours from the beginning of today."""
    return _days_until(world, day) * 24 + int(clock[:2]) + int(clock[3:]) / 60


def _years_between(day: str, later: str) -> int:
    """Full years, as ages are counted."""
    return int(later[:4]) - int(day[:4]) - (later[5:] < day[5:])


def _total(world: Any, table: str, column: str, **equal: Any) -> Any:
    return sum([row[column] for _, row in world.find(table, **equal)])


def _first(world: Any, table: str, column: str, among: str, **equal: Any) -> str:
    """Key of the row with the least value of a column, of those where ``among`` is truthy; empty if there is none."""
    found = [(row[column], key) for key, row in world.find(table, **equal) if not among or row[among]]
    return min(found)[1] if found else ""


def _listed(world: Any, table: str, column: str, among: str, **equal: Any) -> str:
    """The different values of a column, a few of them."""
    found = {str(row[column]) for _, row in world.find(table, **equal) if not among or row[among]}
    return ", ".join(sorted(found)[:5]) or "none"


def _plain(figure: float) -> float:
    """A whole number without a fraction."""
    return int(figure) if figure == int(figure) else figure
