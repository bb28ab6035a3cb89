"""Episodes in Ray actors: those of a node that is killed go on elsewhere, none lost and none counted twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from adapter_episodes import ID, played_bare, scripts
from fleet_playing import STORE, one_node, played_by, quiet

from ftrl_gym.errors import FtrlGymError, UsageError

ray = pytest.importorskip("ray")

from ftrl_gym.interop.ray import Arrival, Fleet  # noqa: E402 - Ray is optional

pytestmark = pytest.mark.filterwarnings("ignore")  # of what Ray and its processes leave open

TASK = "test-00164"
CALL = '<tool_call>\n{"name": "get_flight", "arguments": {"flight_no": "LT3635"}}\n</tool_call>'
SETTINGS: dict[str, Any] = {"split": "test", "docs": "signature"}


@pytest.fixture(scope="module")
def node() -> Iterator[None]:
    with one_node():
        yield


def _fleet(**changed: Any) -> Fleet:
    return Fleet(ID, **{"actors": 2, "episodes": 2, "num_cpus": 0.5, "seed": 3, **SETTINGS, **changed})


def _one(fleet: Fleet) -> Arrival:
    (arrival,) = fleet.receive()
    return arrival


def _kill(fleet: Fleet, number: int) -> None:
    """An actor's process goes, as when its machine runs out of memory."""
    ray.kill(fleet._actors[number].handle)


@pytest.mark.usefixtures("node")
def test_an_episode_goes_on_where_its_actor_is_lost() -> None:
    with _fleet() as fleet:
        fleet.begin(3, task=TASK)
        begun = _one(fleet)
        assert begun.place == 3 and begun.info["task_id"] == TASK and not begun.over
        fleet.send(3, CALL)
        assert _one(fleet).reward == 0.5
        _kill(fleet, 1)
        fleet.send(3, CALL)
        again = _one(fleet)
        assert fleet.lost == 1
        assert again.info["score"]["calls"] == 2 and again.reward < 0, "it knows of the first call"
        fleet.send(3, "<answer>A220-300</answer>")
        assert _one(fleet).over
        fleet.begin(3, task=TASK)
        assert _one(fleet).observation == begun.observation


@pytest.mark.usefixtures("node")
def test_tasks_are_drawn_by_the_fleets_seed() -> None:
    drawn = []
    for lost in (False, True):
        with _fleet(actors=1) as fleet:
            fleet.begin(0)
            first = _one(fleet).info["task_id"]
            if lost:
                _kill(fleet, 0)
            fleet.begin(0)
            fleet.begin(1, seed=5)
            later = sorted((one.place, one.info["task_id"]) for one in [*fleet.receive(), *fleet.receive(timeout=5)])
            drawn.append((first, later))
    assert drawn[0] == drawn[1] and len({drawn[0][0], *(task for _, task in drawn[0][1])}) == 3


@pytest.mark.usefixtures("node")
def test_nothing_piles_up() -> None:
    with _fleet() as fleet:
        with pytest.raises(UsageError, match="no episode is in play in place 0"):
            fleet.send(0, CALL)
        assert fleet.receive() == [], "nothing is under way"
        for place in range(fleet.places):
            fleet.begin(place, task=TASK)
        with pytest.raises(UsageError, match=r"under way to place 1; receive\(\)"):
            fleet.begin(1)
        with pytest.raises(UsageError, match=r"under way to place 1; receive\(\)"):
            fleet.send(1, CALL)
        arrived: list[Arrival] = []
        while len(arrived) < fleet.places:
            arrived += fleet.receive()
        assert sorted(one.place for one in arrived) == [0, 1, 2, 3]


@pytest.mark.usefixtures("node")
def test_a_wrong_order_costs_no_other() -> None:
    with _fleet(actors=1) as fleet:
        fleet.begin(0, task="test-99999")
        fleet.begin(1, task=TASK)
        arrived: list[Arrival] = []
        with pytest.raises(UsageError, match=r"test-99999.*place 0"):
            for _ in range(2):
                arrived += fleet.receive()
        arrived += fleet.receive()
        assert [one.place for one in arrived] == [1]
        fleet.begin(0, task=TASK)
        assert _one(fleet).info["task_id"] == TASK


@pytest.mark.usefixtures("node")
def test_who_is_lost_again_and_again_is_given_up() -> None:
    with _fleet(actors=1, restarts=1, num_cpus=64, batch_seconds=0.5) as fleet:
        fleet.begin(0, task=TASK)
        assert fleet.receive(timeout=0.0) == [] and fleet.lost == 0, "nobody has room for it"
        with pytest.raises(FtrlGymError, match=r"lost 2 times in a row.*has not answered for 0.5 s.*num_cpus="):
            fleet.receive()
        assert fleet.lost == 2


@pytest.mark.usefixtures("node")
def test_an_episode_that_cannot_be_played_again_is_not_made_up() -> None:
    with _fleet(actors=1) as fleet:
        fleet.begin(0, task=TASK)
        begun = _one(fleet)
        fleet._places[0].last = begun._replace(observation="another")
        _kill(fleet, 0)
        fleet.send(0, CALL)
        with pytest.raises(FtrlGymError, match="came to something else when said again"):
            fleet.receive()


@pytest.mark.usefixtures("node")
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"actors": 0}, "actors is too small"),
        ({"episodes": True}, "episodes is too small or no whole number: True"),
        ({"batch_seconds": 0}, "a number of seconds above 0"),
    ],
)
def test_wrong_numbers_are_refused(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        _fleet(**wrong)


@pytest.mark.usefixtures("node")
def test_places_that_are_not_there_are_refused() -> None:
    with _fleet() as fleet:
        for wrong in (-1, 4, "0", True):
            with pytest.raises(UsageError, match="places go from 0 to 3"):
                fleet.begin(wrong)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="the fleet is closed"):
        fleet.begin(0)
    fleet.close()


def test_a_fleet_wants_a_ray_that_runs() -> None:
    if not ray.is_initialized():
        with pytest.raises(UsageError, match=r"ray\.init"):
            _fleet()


@pytest.mark.slow
def test_no_episode_is_lost_or_counted_twice_when_a_node_is_killed() -> None:
    from ray.cluster_utils import Cluster

    def node_of(station: object) -> str:
        return str(ray.get_runtime_context().get_node_id())

    ray.shutdown()
    quiet()
    resources = {"num_cpus": 1, "object_store_memory": STORE}
    cluster = Cluster(initialize_head=True, head_node_args={**resources, "include_dashboard": False})
    try:
        nodes = [cluster.head_node, cluster.add_node(**resources)]
        ray.init(address=cluster.address, log_to_driver=False)
        with Fleet(ID, actors=2, episodes=16, num_cpus=0.5, split="test") as fleet:
            where = [ray.get(actor.handle.__ray_call__.remote(node_of)) for actor in fleet._actors]
            assert len(set(where)) == 2, "one on each node"

            def kill_one(turns: int) -> None:
                if turns == 100:
                    cluster.remove_node(nodes[1], allow_graceful=False)

            played = played_by(fleet, scripts(), kill_one)
            assert fleet.lost >= 1, "another one may be begun on the node before it is known to be dead"
        assert played == played_bare(scripts())
    finally:
        ray.shutdown()
        cluster.shutdown()
