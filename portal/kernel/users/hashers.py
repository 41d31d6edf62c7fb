"""How passwords are hashed: Argon2id, with parameters chosen by measuring (docs/benchmarks.md)."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2id(Argon2PasswordHasher):
    """OWASP's minimum (19 MiB, two passes, one lane): one lane, since a server's cores are all busy with others.

    A password hashed with other parameters is hashed anew at its owner's next sign-in.
    """

    memory_cost = 19 * 1024  # KiB
    time_cost = 2
    parallelism = 1
