"""CodeHosting: trees of forks, commits and blocked issues, a network of dependencies, and what merging changes."""

from __future__ import annotations

import functools
from datetime import date, timedelta

import pytest
from tool_calls import fails, figure_of, row_of, run
from walks import answered, hops

from ftrl_gym.construct.scenarios import Source, scenario
from ftrl_gym.construct.worlds.code_hosting import CODE_HOSTING
from ftrl_gym.world import Row, World, WorldBase

TODAY = date.fromisoformat(CODE_HOSTING.today)
_run = functools.partial(run, "CodeHosting")
_fails = functools.partial(fails, "CodeHosting")


def _day(after: int) -> str:
    return (TODAY + timedelta(days=after)).isoformat()


@pytest.fixture(scope="module")
def host() -> Source:
    return scenario("CodeHosting")


@pytest.fixture(scope="module", params=[(0, "real"), (1, "syllables"), (2, "mixed")], ids=str)
def base(request: pytest.FixtureRequest, host: Source) -> WorldBase:
    return host.make_world(*request.param)


@pytest.fixture
def world(host: Source) -> World:
    return World(host.make_world(0, "real"))


# --- data ------------------------------------------------------------------------------------------------------------


def test_forks_commits_and_blocked_issues_form_trees(base: WorldBase) -> None:
    for table, column in (("repositories", "fork_of"), ("commits", "parent"), ("issues", "blocked_by")):
        rows = base.tables[table]
        assert any(rows[row[column]][column] for row in rows.values() if row[column]), "some go back further than one"
        for key in rows:
            met = [key]
            while before := rows[met[-1]][column]:
                met.append(before)
                assert len(set(met)) == len(met), "a circle"
    repositories = base.tables["repositories"]
    forks = [row for row in repositories.values() if row["fork_of"]]
    assert all(repositories[row["fork_of"]]["organisation"] != row["organisation"] for row in forks)


def test_a_commit_builds_on_an_earlier_one_of_its_repository(base: WorldBase) -> None:
    commits, branches = base.tables["commits"], base.tables["branches"]
    for commit in commits.values():
        if commit["parent"]:
            parent = commits[commit["parent"]]
            assert parent["date"] < commit["date"]
            assert branches[parent["branch"]]["repository"] == branches[commit["branch"]]["repository"]
    for branch in branches:
        own = {key: row for key, row in commits.items() if row["branch"] == branch}
        assert sum(row["parent"] not in own for row in own.values()) == 1, "one line on each branch"


def test_what_belongs_together_does(base: WorldBase) -> None:
    tables = base.tables
    for dependency in tables["dependencies"].values():
        assert dependency["needed_repository"] != dependency["repository"]
        assert tables["releases"][dependency["release"]]["repository"] == dependency["needed_repository"]
    for request in tables["pull_requests"].values():
        places = [tables[table][request[name]]["repository"] for table, name in (("branches", "branch"),
                                                                                 ("issues", "issue"))]  # fmt: skip
        assert places == [request["repository"]] * 2
        assert (request["status"] == "open") == (tables["issues"][request["issue"]]["status"] == "open")
    for review in tables["reviews"].values():
        assert review["reviewer"] != tables["pull_requests"][review["pull_request"]]["author"]


# --- actions ---------------------------------------------------------------------------------------------------------


def _request(world: World) -> tuple[str, Row]:
    """An open pull request with two approving reviews and no other."""
    number, request = world.find("pull_requests", status="open")[0]
    for key, _ in world.find("reviews", pull_request=number):
        world.update("reviews", key, pull_request="elsewhere")
    for key, _ in list(world.rows("reviews"))[:2]:
        world.update("reviews", key, pull_request=number, verdict="approved")
    return number, request


def test_merging_closes_the_issue_and_waits_for_approval(world: World) -> None:
    number, request = _request(world)
    (first, _), *_ = world.find("reviews", pull_request=number)
    world.update("reviews", first, verdict="changes requested")
    _fails(world, "requests changes", "merge_pull_request", pr_no=number)
    world.update("reviews", first, verdict="commented")
    world.update("rules", "approvals", value=2)
    _fails(world, "too few approving reviews", "merge_pull_request", pr_no=number)
    world.update("reviews", first, verdict="approved")
    assert _run(world, "merge_pull_request", pr_no=number) == {"pr_no": number, "status": "merged"}
    issue = row_of(world, "issues", request["issue"])
    assert (issue["status"], issue["reason"]) == ("closed", "fixed")
    assert row_of(world, "branches", request["branch"])["ahead"] == 0
    _fails(world, "only an open one", "merge_pull_request", pr_no=number)


def test_a_review_comes_from_somebody_else_and_only_once(world: World) -> None:
    number, request = _request(world)
    _fails(world, "somebody else has to review", "request_review", pr_no=number, member_id=request["author"])
    known = {row["reviewer"] for _, row in world.find("reviews", pull_request=number)} | {request["author"]}
    fresh = [key for key, _ in world.rows("members") if key not in known]
    made = _run(world, "request_review", pr_no=number, member_id=fresh[0])
    assert (made["verdict"], made["comments"], made["date"]) == ("pending", 0, CODE_HOSTING.today)
    _fails(world, "already; name somebody else", "request_review", pr_no=number, member_id=fresh[0])
    world.update("rules", "reviewers", value=3)
    _fails(world, "the most allowed", "request_review", pr_no=number, member_id=fresh[1])


def test_what_a_closed_issue_blocked_becomes_urgent(world: World) -> None:
    blocked, row = next((key, row) for key, row in world.rows("issues") if row["blocked_by"])
    world.update("issues", blocked, priority="low")
    _run(world, "close_issue", issue_no=row["blocked_by"], reason="duplicate")
    assert row_of(world, "issues", blocked)["priority"] == "high"
    _fails(world, "is closed already", "close_issue", issue_no=row["blocked_by"], reason="fixed")
    request, _ = world.find("pull_requests", status="open")[0]
    world.update("pull_requests", request, issue=blocked)
    _fails(world, "merge that one", "close_issue", issue_no=blocked, reason="fixed")


def test_a_failed_build_is_started_again_and_taken_back(world: World) -> None:
    number, build = world.find("builds", status="failed")[0]
    world.update("builds", number, start_date=_day(-figure_of(world, "restart period") - 1))
    _fails(world, "it is too late", "restart_build", build_no=number)
    world.update("builds", number, start_date=_day(-2))
    for key, _ in world.find("builds", branch=build["branch"], status="queued"):
        world.update("builds", key, status="passed")
    made = _run(world, "restart_build", build_no=number)
    assert (made["commit"], made["status"], made["start_date"]) == (build["commit"], "queued", CODE_HOSTING.today)
    job = next(iter(world.rows("jobs")))[0]
    world.update("jobs", job, build=made["build_no"], status="queued")
    _run(world, "cancel_build", build_no=made["build_no"])
    assert row_of(world, "jobs", job)["status"] == "cancelled"
    _fails(world, "only a passed one", "publish_release", build_no=number)


def test_a_release_that_others_use_stays(world: World) -> None:
    used, _ = next((row["release"], key) for key, row in world.rows("dependencies"))
    _fails(world, "other repositories depend on", "withdraw_release", release_no=used)
    commits = {row["commit"] for _, row in world.rows("releases")}
    number, build = next((k, row) for k, row in world.find("builds", status="passed") if row["commit"] not in commits)
    world.update("builds", number, start_date=_day(-1))
    made = _run(world, "publish_release", build_no=number)
    branch = row_of(world, "branches", build["branch"])
    assert made["repository"] == branch["repository"] and made["size"] == build["artefact"]
    _fails(world, "has been released already", "publish_release", build_no=number)
    assert _run(world, "withdraw_release", release_no=made["release_no"])["status"] == "withdrawn"


# --- questions -------------------------------------------------------------------------------------------------------


def test_the_organisation_upstream_is_another_one(host: Source, base: WorldBase) -> None:
    """From a fork to its upstream repository and who pays there, against the rows."""
    tables, link = base.tables, host.domain.steps["repository.fork_of"]
    repositories = tables["repositories"]
    steps = ("repository.fork_of", "repository.organisation")
    assert hops(host, "repository", steps, "billing_contact") == 3 and link.sources == ("repository",)
    for key, row in repositories.items():
        if row["fork_of"]:
            organisation = tables["organisations"][repositories[row["fork_of"]]["organisation"]]
            assert answered(host, base, "repository", key, steps, "billing_contact") == organisation["billing_contact"]


def test_eight_look_ups_follow_one_another(host: Source, base: WorldBase) -> None:
    steps = ("the longest job on {x}", "job.build", "build.commit", "commit.branch", "branch.repository",
             "repository.maintainer", "member.organisation")  # fmt: skip
    assert hops(host, "runner", steps, "seats") == 8
    tables, asked = base.tables, 0
    for name in tables["runners"]:
        jobs = [row for row in tables["jobs"].values() if row["runner"] == name]
        if len(jobs) > 1:
            build = tables["builds"][max(jobs, key=lambda row: row["duration"])["build"]]
            branch = tables["branches"][tables["commits"][build["commit"]]["branch"]]
            member = tables["members"][tables["repositories"][branch["repository"]]["maintainer"]]
            seats = tables["organisations"][member["organisation"]]["seats"]
            assert answered(host, base, "runner", name, steps, "seats") == seats
            asked += 1
    assert asked
