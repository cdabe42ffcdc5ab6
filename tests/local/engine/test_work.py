"""When a running node is told to stop."""

from magica_mcp.local.engine.work import StopSign


def test_a_stop_is_noticed_at_the_next_look() -> None:
    moments = iter([0.0, 1.0])
    sign = StopSign(lambda: True, clock=lambda: next(moments))

    assert sign()


def test_who_asks_often_does_not_look_often() -> None:
    looks: list[float] = []
    moments = iter([0.0, *(number / 100 for number in range(100))])

    def look() -> bool:
        looks.append(1)
        return False

    sign = StopSign(look, clock=lambda: next(moments))
    for _ in range(100):
        sign()

    assert len(looks) == 4


def test_a_sign_that_is_up_stays_up() -> None:
    answers = iter([True])
    moments = iter([0.0, 1.0, 2.0])
    sign = StopSign(lambda: next(answers), clock=lambda: next(moments))

    assert [sign(), sign()] == [True, True]
