/* invorto-lab: the outside world on one machine. */
#include <stdio.h>
#include <string.h>
#include "call.h"
#include "carrier_cmd.h"
#include "lab.h"

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *doc;
} commands[] = {
	{"providers", lab_providers,
	 "[--port 9901] [--host 127.0.0.1] [--model DIR] [--fault RULE]…\n"
	 "            [--load [asr=200,ttft=100,token=5,tts=80,reply=2000]]\n"
	 "            recogniser, model, synthesisers and tools on one port; --load answers "
	 "without\n"
	 "            speech engines after set times (ms). RULE is service[:nth]=fault[,fault…]: "
	 "services\n"
	 "            listen, speak, elevenlabs, chat, tools; faults status=429, delay=MS, stall,\n"
	 "            stall_after=BYTES, garbage, cut_after=BYTES, empty, reset"},
	{"carriers", lab_carriers,
	 "[--port 9902] [--jambonz-hook URL --jambonz-status URL --jambonz-secret S]\n"
	 "            [--twilio-voice URL --twilio-status URL --twilio-token T --account AC…]\n"
	 "            [--elevenlabs-webhook URL] [--elevenlabs-secret S]\n"
	 "            [--via http://HOST:PORT] [--scenario FILE|RULES] [--story]\n"
	 "            Jambonz and Twilio on one port: their REST, their hooks, their calls; what calls do\n"
	 "            is said by rules (PUT /_lab/rules), POST /_lab/calls rings the daemon"},
	{"ring", lab_ring,
	 "--carrier jambonz|twilio [--to NUMBER --from NUMBER] [--url http://127.0.0.1:8080] --say STEP…\n"
	 "            calls the daemon through a carrier and tells what happens; --help says more"},
	{"call", lab_call,
	 "--leg browser|jambonz|twilio [--url ws://127.0.0.1:8080] --say STEP…\n"
	 "            calls an agent and prints the conversation; --help says more"},
};

static void print_help(FILE *to)
{
	fprintf(to, "usage: invorto-lab COMMAND …\n\n");
	for (size_t i = 0; i < IV_COUNT(commands); i++)
		fprintf(to, "  %-9s %s\n", commands[i].name, commands[i].doc);
}

int main(int argc, char **argv)
{
	if (argc > 1 && (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0)) {
		print_help(stdout);
		return 0;
	}
	for (size_t i = 0; argc > 1 && i < IV_COUNT(commands); i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	print_help(stderr);
	return 2;
}
