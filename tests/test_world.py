"""A world's views: whatever an episode changes, finding equals scanning."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ftrl_gym.world import World, WorldBase

ROWS = {f"H{n}": {"city": "ABC"[n % 3], "stars": n % 2} for n in range(9)}
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("update"), st.sampled_from(sorted(ROWS)), st.sampled_from("ABC")),
        st.tuples(st.just("delete"), st.sampled_from(sorted(ROWS)), st.just("")),
        st.tuples(st.just("insert"), st.just(""), st.sampled_from("ABC")),
    ),
    max_size=8,
)


@given(STEPS, st.sampled_from("ABCD"), st.sampled_from([0, 1, None]))
def test_finding_equals_scanning(steps: list[tuple[str, str, str]], city: str, stars: int | None) -> None:
    world = World(WorldBase({"hotels": ROWS, "bookings": {}}))
    for what, key, value in steps:
        if what == "insert":
            world.insert("hotels", {"city": value, "stars": 1}, "N")
        elif world.get("hotels", key) is not None:
            if what == "update":
                world.update("hotels", key, city=value)
            else:
                world.delete("hotels", key)
    wanted = {"city": city} if stars is None else {"city": city, "stars": stars}
    scanned = [(k, r) for k, r in world.rows("hotels") if all(r[a] == v for a, v in wanted.items())]
    assert world.find("hotels", **wanted) == scanned
    twin = World(world.base)
    twin.restore(world.snapshot())
    assert twin.find("hotels", **wanted) == scanned and twin.difference() == world.difference()


def test_values_that_are_no_keys_are_found_too() -> None:
    rows = {"a": {"tags": ["x"], "n": 1}, "b": {"tags": ["y"], "n": 1}, "c": {"n": 2}}
    world = World(WorldBase({"things": rows}))
    assert [key for key, _ in world.find("things", tags=["x"])] == ["a"]
    assert [key for key, _ in world.find("things", n=1, tags=["y"])] == ["b"]
    assert [key for key, _ in world.find("things", n=2)] == ["c"] and world.find("things", n=[2]) == []
    world.find("things", n=1).clear()
    assert len(world.find("things", n=1)) == 2, "what is found is the caller's"
