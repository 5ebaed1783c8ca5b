/* The process itself, by the names that every Prometheus client gives it. Not the number of its descriptors: to count
 * thousands of them takes longer than a frame may be late. */
#include <stdio.h>
#include <time.h>
#include <sys/resource.h>
#include <unistd.h>
#include "ops.h"

static struct iv_str read_small(const char *path, char *text, size_t size)
{
	FILE *f = fopen(path, "re");
	size_t n = f ? fread(text, 1, size, f) : 0;

	if (f)
		(void)fclose(f);
	return (struct iv_str){text, n};
}

/* The n-th field, from 1; -1: there is none, or it is no number. */
static int64_t field(struct iv_str s, int n)
{
	struct iv_str word = IV_STR_NULL;
	int64_t value;

	while (n-- > 0)
		if (!iv_str_split(&s, ' ', &word))
			return -1;
	return iv_str_to_i64(iv_str_trim(word), &value) ? value : -1;
}

/* Field 22 of /proc/self/stat is the start in ticks since boot; the second is a name in brackets, which may hold
 * anything. */
static double started_s(void)
{
	char text[2048];
	struct iv_str s = read_small("/proc/self/stat", text, sizeof(text));
	struct timespec now, up;
	int64_t ticks;
	size_t end = s.len;

	while (end && s.ptr[end - 1] != ')')
		end--;
	ticks = field((struct iv_str){s.ptr + end, s.len - end}, 22 - 2 + 1); /* it begins with a blank */
	if (ticks < 0 || clock_gettime(CLOCK_BOOTTIME, &up) < 0 || clock_gettime(CLOCK_REALTIME, &now) < 0)
		return 0;
	return (double)(now.tv_sec - up.tv_sec) + (double)(now.tv_nsec - up.tv_nsec) / 1e9 +
	       (double)ticks / (double)sysconf(_SC_CLK_TCK);
}

static double resident_bytes(void)
{
	char text[256];
	int64_t pages = field(read_small("/proc/self/statm", text, sizeof(text)), 2);

	return pages < 0 ? 0 : (double)pages * (double)sysconf(_SC_PAGESIZE);
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
