"""What the supervisor does with parts that die, seen from outside."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.up.product import ROOT, environment, running_on


@pytest.fixture(autouse=True)
def fresh_limits():
    """No Redis is asked for anything here."""


def run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs a Python program of its own: a supervisor takes over the signals of its process."""
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program), *arguments],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_five_deaths_within_a_minute_end_everything_with_the_reason(tmp_path):
    done = run(
        """
        import sys
        from pathlib import Path
        from config.up.supervisor import GaveUp, Part, Supervisor
        supervisor = Supervisor(Path(sys.argv[1]), print)
        supervisor.start(Part("sick", ["sh", "-c", "echo I am not well; exit 3"]))
        supervisor.start(Part("well", ["sleep", "60"]))
        try:
            supervisor.wait(lambda: False)
        except GaveUp as reason:
            print(f"gave up: {reason}")
        supervisor.stop()
        """,
        str(tmp_path),
    )
    lines = done.stdout.splitlines()
    assert [line for line in lines if line.startswith("sick ended")] == [
        f"sick ended with status 3; starting it again in {pause} s"
        for pause in ("0.2", "0.4", "0.8", "1.6")
    ]
    assert "gave up: sick ended with status 3, the 5th time within a minute. It said:" in lines
    assert (tmp_path / "sick.log").read_text() == "I am not well\n" * 5


def test_a_part_that_ignores_the_request_to_stop_is_killed(tmp_path):
    done = run(
        """
        import sys, time
        from pathlib import Path
        from config.up import supervisor as module
        module.PATIENCE = 0.3
        supervisor = module.Supervisor(Path(sys.argv[1]), print)
        supervisor.start(module.Part("deaf", ["sh", "-c", "trap '' TERM; echo up; sleep 60"]))
        supervisor.wait((Path(sys.argv[1]) / "deaf.log").exists, 10)
        supervisor.stop()
        print(supervisor.parts[0].process.returncode)
        """,
        str(tmp_path),
    )
    assert done.stdout.splitlines() == ["deaf did not stop in time and is killed", "-9"]


def test_the_children_of_a_killed_part_do_not_outlive_it(tmp_path):
    done = run(
        """
        import os, signal, sys
        from pathlib import Path
        from config.up import leash
        from config.up.supervisor import Part, Supervisor
        log = Path(sys.argv[1]) / "parent.log"
        supervisor = Supervisor(Path(sys.argv[1]), lambda line: None)
        supervisor.start(Part("parent", ["sh", "-c", "sleep 61 & echo $!; wait"]))
        supervisor.wait(log.exists, 10)
        child = int(log.read_text())
        supervisor.parts[0].process.kill()
        supervisor.wait(lambda: not Path(f"/proc/{child}").exists(), 5)
        print(Path(f"/proc/{child}").exists())
        supervisor.stop()
        """,
        str(tmp_path),
    )
    assert done.stdout.split() == ["False"], done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root must give up its rights")
def test_root_without_namespaces_runs_the_database_as_nobody():
    done = run(
        """
        import sys
        from config.up import postgres, services
        postgres._namespaces_work = lambda: False
        probe = "stat -c %U /proc/$(head -n 1 $DATA_DIR/postgres/postmaster.pid)"
        raise SystemExit(services.main(["sh", "-c", probe]))
        """
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["nobody"]


def test_a_private_pair_of_services_ends_with_its_command():
    done = run(
        """
        from config.up import services
        raise SystemExit(services.main(["sh", "-c", "echo $DATA_DIR; exit 7"]))
        """
    )
    assert done.returncode == 7
    data_dir = done.stdout.strip()
    assert data_dir
    assert not Path(data_dir).exists()
    assert running_on(Path(data_dir)) == {}
