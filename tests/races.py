"""Two who do something at the same moment, with real commits on connections of their own."""

import threading

from django.db import connection

SECONDS = 30


class Job:
    """Something that is done beside the test; `error` is what it raised."""

    def __init__(self, do):
        self.do, self.error, self.found = do, None, None
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        try:
            self.found = self.do()
        except Exception as error:
            self.error = error
        finally:
            connection.close()

    def has_ended(self, seconds=SECONDS):
        self.thread.join(timeout=seconds)
        return not self.thread.is_alive()


def at_once(*jobs):
    """Runs all jobs at once; returns what they raised."""
    begin = threading.Barrier(len(jobs))

    def together(job):
        begin.wait()
        return job()

    running = [Job(lambda job=job: together(job)) for job in jobs]
    assert all(job.has_ended() for job in running)
    return [job.error for job in running if job.error is not None]
