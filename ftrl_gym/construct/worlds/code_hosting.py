"""CodeHosting: organisations and their repositories, with commits, issues, pull requests, builds and releases.

Three things refer to their own kind: a repository may be a fork of another organisation's, a commit builds on its
parent, an issue may be blocked by another. Which repository needs which is a network of its own. What the host knows
stands in :mod:`~ftrl_gym.construct.worlds.code_hosting_things`, what it does in
:mod:`~ftrl_gym.construct.worlds.code_hosting_actions`.
"""

from __future__ import annotations

from ftrl_gym.construct.declare import (  # isort: skip
    Declaration, Detail, Find, Get, Money, Number, Short, WorkOut, least, most, only,
)  # fmt: skip
from ftrl_gym.construct.worlds.code_hosting_actions import RULES, WRITING
from ftrl_gym.construct.worlds.code_hosting_things import ENTITIES

# fmt: off
READING = (
    Get("get_organisation", "organisation", "An organisation: billing contact, seats, sign-up date, storage."),
    Find("list_members", "member", "Members of an organisation.", "organisation", "name joined reputation", (
        most("reputation", "the member with the highest reputation at {x}", plural="members at {x}"),
        least("joined", "the member with the earliest joining date at {x}"),
    )),
    Get("find_member", "member", "A member by full name, with id and email.", "name", "name email"),
    Get("get_member", "member", "A member's profile: organisation, joining date, email, reputation, time zone."),
    Find("list_repositories", "repository", "Repositories of an organisation.", "organisation",
         "language stars coverage", (
        most("stars", "the repository with the most stars at {x}", plural="repositories at {x}"),
        least("coverage", "the repository with the lowest test coverage at {x}"),
    )),
    Get("get_repository", "repository", "A repository: organisation, what it is a fork of if any, maintainer, stars."),
    Find("list_forks", "repository", "Forks of a repository.", "fork_of", "organisation stars coverage", (
        only("the only fork of {x}"),
        most("stars", "the fork with the most stars of {x}", plural="forks of {x}"),
    )),
    Find("list_maintained", "repository", "Repositories that a member maintains.", "maintainer", "language stars", (
        only("the only repository maintained by {x}"),
        most("stars", "the repository maintained by {x} with the most stars"
             " | the repository with the most stars among those maintained by {x}",
             plural="repositories maintained by {x}"),
    )),
    Find("list_branches", "branch", "Branches of a repository.", "repository", "ahead opened", (
        least("opened", "the branch with the earliest opening date in {x}", plural="branches in {x}"),
        most("opened", "the branch with the latest opening date in {x}"),
    )),
    Get("get_branch", "branch", "A branch: repository, keeper, commits ahead, opening date."),
    Find("list_commits", "commit", "Commits on a branch.", "branch", "parent date additions", (
        most("date", "the latest commit on {x}", plural="commits on {x}"),
        most("additions", "the commit with the most additions on {x}"),
    )),
    Find("list_authored", "commit", "Commits that a member wrote.", "author", "date files", (
        most("files", "the commit with the most files by {x}", plural="commits by {x}"),
        most("date", "the latest commit by {x}"),
    )),
    Find("list_children", "commit", "Commits that build on a commit.", "parent", "branch date", (
        only("the only commit that builds on {x}"),
    )),
    Get("get_commit", "commit", "A commit: branch, date, parent if any, author, lines added, files touched."),
    Find("list_releases", "release", "Releases of a repository.", "repository", "date downloads status", (
        most("downloads", "the release with the most downloads of {x}", plural="releases of {x}"),
        only("the only release of {x}"),
    )),
    Get("get_release", "release", "A release: commit, date, downloads, release manager, size, status.",
        shows="commit date downloads manager size status"),
    Find("list_dependencies", "dependency", "What a repository depends on.", "repository",
         "needed_repository since calls", (
        only("the only dependency of {x}"),
        most("calls", "the dependency of {x} with the most calls"
             " | the dependency with the most calls among those of {x}", plural="dependencies of {x}"),
    )),
    Find("list_dependents", "dependency", "What depends on a repository.", "needed_repository",
         "repository since calls", (
        most("calls", "the dependency on {x} with the most calls"
             " | the dependency with the most calls among those on {x}", plural="dependencies on {x}"),
        only("the only dependency on {x}"),
    )),
    Find("find_dependency", "dependency", "The dependency of a repository on another.", "repository needed_repository",
         "since calls", (only("the dependency of {x} on {y}"),)),
    Find("list_pins", "dependency", "Dependencies that use a release.", "release", "repository calls", (
        only("the only dependency that uses {x}"),
    )),
    Get("get_dependency", "dependency", "A dependency: the repository, the one it needs, release used, date, calls."),
    Find("list_milestones", "milestone", "Milestones of a repository, by status or all.", "repository status",
         "due_date points status", (
        least("due_date", "the milestone with the earliest due date of {x}", plural="milestones of {x}"),
        only("the open milestone of {x}", {"status": "open"}),
    )),
    Get("get_milestone", "milestone", "A milestone: owner, status, due date, points.",
        shows="owner status due_date points"),
    Find("list_issues", "issue", "Issues of a repository, by status or all.", "repository status",
         "priority votes opened status", (
        most("votes", "the issue with the most votes in {x}", plural="issues in {x}"),
        least("opened", "the issue with the earliest opening date in {x}"),
        only("the only open issue in {x}", {"status": "open"}),
    )),
    Find("list_planned", "issue", "Issues planned for a milestone.", "milestone", "priority votes status", (
        most("votes", "the issue planned for {x} with the most votes"
             " | the issue with the most votes among those planned for {x}", plural="issues planned for {x}"),
        least("votes", "the issue planned for {x} with the fewest votes"
              " | the issue with the fewest votes among those planned for {x}"),
    )),
    Find("list_assigned", "issue", "Issues assigned to a member, by status or all.", "assignee status",
         "votes opened status", (
        most("votes", "the issue assigned to {x} with the most votes"
             " | the issue with the most votes among those assigned to {x}", plural="issues assigned to {x}"),
        only("the only open issue assigned to {x}", {"status": "open"}),
    )),
    Find("list_waiting", "issue", "Issues that are blocked by an issue.", "blocked_by", "votes opened", (
        only("the only issue blocked by {x}"),
        most("votes", "the issue blocked by {x} with the most votes"
             " | the issue with the most votes among those blocked by {x}", plural="issues blocked by {x}"),
    )),
    Get("get_issue", "issue", "An issue: repository, reporter, assignee, milestone, what blocks it if anything,"
                              " votes."),
    Get("get_label", "label", "A label: response time, steward (a member), colour."),
    Find("list_labels", "labelling", "Labels of an issue.", "issue", "label date", (
        only("the only assignment of a label to {x}", name="only label"),
        most("date", "the last assignment of a label to {x}", plural="labels put on {x}", name="last label"),
    )),
    Get("get_labelling", "labelling", "Which label was put on which issue, by whom and when."),
    Find("list_pull_requests", "pull request", "Pull requests for a repository, by status or all.", "repository status",
         "date conflicts status", (
        most("date", "the latest pull request for {x}", plural="pull requests for {x}"),
        most("conflicts", "the pull request with the most conflicts for {x}"),
        only("the only open pull request for {x}", {"status": "open"}),
    )),
    Get("get_pull_request", "pull request", "A pull request: branch, author, issue, status, date, conflicts.",
        shows="branch author issue status date conflicts"),
    Find("list_reviews", "review", "Reviews of a pull request.", "pull_request", "verdict comments date", (
        most("comments", "the review with the most comments on {x}", plural="reviews of {x}"),
        only("the only review of {x}"),
    )),
    Find("list_reviewed", "review", "Reviews that a member wrote.", "reviewer", "verdict minutes date", (
        most("minutes", "the longest review by {x}", plural="reviews by {x}"),
        most("date", "the latest review by {x}"),
    )),
    Get("get_review", "review", "A review: pull request, reviewer, verdict, comments, length, date."),
    Find("list_builds", "build", "Builds of a branch, by status or all.", "branch status",
         "start_date minutes artefact status", (
        most("minutes", "the longest build for {x}", plural="builds for {x}"),
        only("the only failed build for {x}", {"status": "failed"}),
        only("the only passed build for {x}", {"status": "passed"}),
    )),
    Get("get_build", "build", "A build: commit, start date, duration, trigger, artefact size, status.",
        shows="commit start_date minutes trigger artefact status"),
    Find("list_jobs", "job", "Jobs of a build.", "build", "task duration status", (
        most("duration", "the longest job in {x}", plural="jobs in {x}"),
        only("the only job in {x}"),
    )),
    Find("list_load", "job", "Jobs that went to a runner.", "runner", "task duration status", (
        most("duration", "the longest job on {x}", plural="jobs on {x}"),
        least("duration", "the shortest job on {x}"),
    )),
    Get("get_job", "job", "A job: build, runner, task, duration, status."),
    Get("get_runner", "runner", "A runner: cores, memory, region, operator.", shows="cores memory region operator"),
    WorkOut("build_cost", "What a build would cost if all of it went to one runner.", "build runner", {
        "cost": Money(value="round(build.minutes * runner.cents / 100, 2)", adds=False,
                      noun="the cost of {x} if all of it went to {y}",
                      ask="What would {x} cost if all of it went to {y}?"),
    }),
    WorkOut("estimate_transfer", "How long a release takes to reach a runner.", "release runner", {
        "seconds": Number(value="1 + release.size * 3 // runner.cents", unit="seconds", whole=True,
                          noun="the number of seconds that {x} takes to reach {y}",
                          ask="How many seconds does {x} take to reach {y}?"),
    }),
)

CODE_HOSTING = Declaration(
    name="CodeHosting",
    title="Code hosting",
    description="A code host: organisations, repositories and forks, issues, pull requests, builds and releases.",
    instruction="You support the users of a code host with questions and requests. Prices are in EUR.",
    policy="Do only what is asked for. What the tools refuse stays refused; look for no way round it.",
    entities=ENTITIES,
    tools=(*READING, *WRITING),
    rules=RULES,
    shorts=(
        Short(("branch.repository", "repository.organisation"), "the organisation that {x} belongs to"),
        Short(("build.commit", "commit.branch"), "the branch built in {x}"),
        Short(("pull request.branch", "branch.repository"), "the repository that {x} is for"),
        Short(("only label", "labelling.label"), "the only label on {x}"),
        Short(("last label", "labelling.label"), "the label last put on {x}"),
        Short(("issue.milestone", "milestone.owner"), "the owner of the milestone for {x}"),
    ),
    own=("branch", "commit", "issue", "pull request", "review", "build"),
    today="2026-02-23",
    day=Detail("day", ("",), "Which day is it about?", ("date", "day", "when"), ("{x}.", "On {x}.")),
    file=__file__,
)
