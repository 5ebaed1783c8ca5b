/* call: the subcommand `invorto-lab call`. argv[0] is "call"; returns the exit status. */
#ifndef LAB_CALL_H
#define LAB_CALL_H

int lab_call(int argc, char **argv);

#endif
