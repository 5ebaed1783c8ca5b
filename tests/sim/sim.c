/* sim SEED_FROM COUNT [-v]: random calls in a virtual world. A seed reproduces its call; the first that
 * goes wrong is run again to show its last 50 lines, and the exit code is 1. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include "world.h"

static uint64_t seed_now;
static char self[4096];
static char lines[LINES][240];
static struct world world;
static bool showing;

static double seconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Invariants of the machine abort: here too the story is wanted. */
static void on_abort(int sig)
{
	char seed[32];

	(void)sig;
	if (showing) {
		for (unsigned i = world.line_count > LINES ? world.line_count - LINES : 0;
		     i < world.line_count; i++)
			(void)fprintf(stderr, "%s\n", lines[i % LINES]);
		_exit(1);
	}
	(void)snprintf(seed, sizeof(seed), "%llu", (unsigned long long)seed_now);
	(void)fprintf(stderr, "sim: seed %s\n", seed);
	(void)execl(self, self, seed, "1", "--last", (char *)NULL);
	_exit(1);
}

static void run_one(uint64_t seed, bool verbose, uint64_t *steps, int64_t *virtual_us)
{
	struct iv_call_opts opts;

	seed_now = seed;
	world = (struct world){.verbose = verbose, .lines = showing ? lines : NULL};
	world_random_opts(seed, &opts);
	world_run(&world, seed, world_agent(seed), &opts);
	*steps += world.steps;
	*virtual_us += world.now_us;
	world_deinit(&world);
}

int main(int argc, char **argv)
{
	int64_t from, count, virtual_us = 0;
	uint64_t steps = 0;
	bool verbose = argc > 3 && strcmp(argv[3], "-v") == 0;
	double began = seconds(), took;
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (argc < 3 || !iv_str_to_i64(iv_str(argv[1]), &from) ||
	    !iv_str_to_i64(iv_str(argv[2]), &count) || n < 0) {
		(void)fprintf(stderr, "sim SEED_FROM COUNT [-v]\n");
		return 2;
	}
	showing = argc > 3 && strcmp(argv[3], "--last") == 0;
	(void)signal(SIGABRT, on_abort);
	world_agents_init();
	for (int64_t i = 0; i < count; i++)
		run_one((uint64_t)(from + i), verbose, &steps, &virtual_us);
	world_agents_deinit();
	took = seconds() - began;
	(void)printf("%lld calls, %.0f virtual seconds, %llu steps in %.1f s: %.0f calls/s\n",
		     (long long)count, (double)virtual_us / 1e6, (unsigned long long)steps, took,
		     (double)count / took);
	return 0;
}
