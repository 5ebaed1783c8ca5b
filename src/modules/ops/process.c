/* The process itself, by the names that every Prometheus client gives it. Not the number of its descriptors: to count
 * thousands of them takes longer than a frame may be late. */
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include "ops.h"

/* Of /proc/self/stat, behind the name in brackets, which may hold anything: field 22 is the start, in ticks since boot. */
static double started_s(void)
{
	char text[2048], *at;
	unsigned long long ticks;
	double up;
	FILE *f = fopen("/proc/self/stat", "re");
	size_t n = f ? fread(text, 1, sizeof(text) - 1, f) : 0;
	struct timespec now;

	if (f)
		(void)fclose(f);
	text[n] = '\0';
	at = strrchr(text, ')');
	if (!at || sscanf(at + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu", &ticks) != 1)
		return 0;
	clock_gettime(CLOCK_BOOTTIME, &now);
	up = (double)now.tv_sec + (double)now.tv_nsec / 1e9;
	clock_gettime(CLOCK_REALTIME, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9 - up + (double)ticks / (double)sysconf(_SC_CLK_TCK);
}

static double resident_bytes(void)
{
	unsigned long long pages = 0;
	FILE *f = fopen("/proc/self/statm", "re");

	if (f && fscanf(f, "%*u %llu", &pages) != 1)
		pages = 0;
	if (f)
		(void)fclose(f);
	return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

static double seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static bool series(struct iv_buf *out, const char *name, const char *type, const char *help, double value)
{
	return iv_buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n%s %.6f\n", name, help, name, type, name, value);
}

bool ops_process_metrics(struct iv_buf *out)
{
	static double started;
	struct rusage used;
	struct rlimit files;

	if (started == 0)
		started = started_s();
	if (getrusage(RUSAGE_SELF, &used) < 0 || getrlimit(RLIMIT_NOFILE, &files) < 0)
		return false;
	return series(out, "process_cpu_seconds_total", "counter", "Processor time, user and system",
		      seconds(used.ru_utime) + seconds(used.ru_stime)) &&
	       series(out, "process_resident_memory_bytes", "gauge", "Memory in use", resident_bytes()) &&
	       series(out, "process_max_fds", "gauge", "Descriptors it may open", (double)files.rlim_cur) &&
	       series(out, "process_start_time_seconds", "gauge", "When it began, since 1970", started);
}
