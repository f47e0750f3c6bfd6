"""Keys are one per purpose, and the same each time."""

from shared.kernel.secrets import derived


def test_each_purpose_has_a_key_of_its_own_the_same_each_time() -> None:
    one, other = derived(b"s" * 32, "external ids"), derived(b"s" * 32, "idempotency keys")
    assert (len(one), one == other, one == derived(b"s" * 32, "external ids")) == (32, False, True)
    assert derived(b"t" * 32, "external ids") != one
