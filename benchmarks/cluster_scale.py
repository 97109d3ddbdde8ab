"""What a scheduler of Dask's costs a task, with 10, 50 and 100 workers that do nothing: the arithmetic of docs/cluster.md.

    python benchmarks/cluster_scale.py [TASKS-PER-WORKER]

Scheduler, workers and client share one process and one core here, so every figure holds the workers' own share too: it is an upper
bound of what the scheduler alone needs. Prints one JSON object.
"""

import asyncio
import json
import os
import sys
import time

import dask
import distributed

WORKERS = (10, 50, 100)
PROBE_SECONDS = 2.0


def nothing(number: int) -> int:
    return number


async def measured(workers: int, tasks: int) -> dict[str, float]:
    """Return microseconds a task, and how many workers one scheduler keeps busy with probes of two seconds."""
    cluster = distributed.LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        processes=False,
        resources={"probe": 1},
        dashboard_address="127.0.0.1:0",
        memory_limit=0,
        asynchronous=True,
    )
    async with cluster, distributed.Client(cluster, asynchronous=True) as client:
        await client.wait_for_workers(workers)
        await client.gather(client.map(nothing, range(workers), pure=False, resources={"probe": 1}))
        began = time.perf_counter()
        asked = [client.submit(nothing, each, pure=False, resources={"probe": 1}) for each in range(tasks)]
        await client.gather(asked)
        each = (time.perf_counter() - began) / tasks
    return {"us_a_task": round(each * 1e6), "workers_kept_busy": int(PROBE_SECONDS / each)}


def main() -> None:
    per_worker = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    dask.config.set({"distributed.admin.system-monitor.gil.enabled": False})
    rows = {each: asyncio.run(measured(each, each * per_worker)) for each in WORKERS}
    print(json.dumps({"load": round(os.getloadavg()[0], 2), "workers": rows}, indent=2))


if __name__ == "__main__":
    main()
