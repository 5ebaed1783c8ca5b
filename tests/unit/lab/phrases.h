/* What the recogniser is tried with. The second set of each was not looked at while its thresholds were
 * chosen. */
#ifndef TEST_PHRASES_H
#define TEST_PHRASES_H

#include <stddef.h>

/* Within the grammar: must come back word for word. */
static const char *const phrases_known[] = {
	"hello", "hi there", "good morning", "how are you", "what time is it", "what's the time",
	"what is the time", "what time is it now", "can you tell me the time", "do you have the time",
	"tell me the time please", "i would like to book a table", "i'd like to book a table please",
	"book a table for two", "book a table for four people tomorrow at seven",
	"can i reserve a table for three people on friday at eight o'clock",
	"reserve a table tonight at half past six", "i want to book a table for six people on saturday",
	"can you book a table for five", "for four people tomorrow at seven", "for two people",
	"two people", "a party of eight", "tomorrow at seven", "tomorrow at seven thirty",
	"on monday at noon", "at half past nine", "tonight at eight", "next sunday at twelve o'clock",
	"five", "for ten people please", "on wednesday evening", "seven o'clock", "tell me a story",
	"can you tell me a story please", "tell me another story", "i want to hear a story",
	"please tell me a story", "i want to talk to a human", "can i speak to a person please",
	"talk to a human", "i need a human", "transfer me please", "goodbye", "bye bye",
	"thank you goodbye", "that's all", "that's all thank you", "okay goodbye", "thank you",
	"thank you very much", "thanks a lot", "can you repeat that please", "say that again",
	"what did you say", "what can you do", "are you a robot", "who are you", "can you help me",
	"stop", "wait", "hold on", "wait a minute", "please stop", "stop please", "never mind",
	"cancel that", "forget it", "yes", "yes please", "yeah", "no", "no thank you", "sure",
	"of course", "uh huh", "okay", "right", "i see",
};

static const char *const phrases_held_out[] = {
	"can i book a table for seven people tonight", "reserve a table for nine", "a table for six please",
	"i would like to reserve a table for eight people tomorrow at half past five",
	"for three people on thursday at one o'clock", "on tuesday at six thirty", "next friday at ten",
	"for five tonight at nine", "tomorrow night at seven", "a party of four", "hello there",
	"good evening", "what time is it please", "i would like to hear a story", "please repeat that",
	"can i talk to a human please", "i need help from a person", "hold on a minute", "okay stop",
	"not now", "no thanks", "are you a real person", "i want to speak to a person", "that's right",
};

/* Outside: should be refused. */
static const char *const phrases_foreign[] = {
	"the quick brown fox jumps over the lazy dog", "my order number is four seven two nine one five",
	"could you explain how photosynthesis works", "the weather in london is rainy today",
	"i bought a new bicycle last summer", "where is the nearest petrol station",
	"my computer does not start any more", "please send the invoice to my office", "banana",
	"elephants never forget their friends", "how much does the blue jacket cost",
	"she walked along the river with her brother", "the meeting was moved because of the strike",
	"what is the capital of australia", "i forgot my password again", "do you sell garden furniture",
	"a cup of coffee with milk and sugar", "turn off the lights in the kitchen",
	"my cat climbed up the old oak tree", "is there a discount for students",
};

static const char *const phrases_foreign_held_out[] = {
	"the train to the airport leaves from platform nine", "i lost my umbrella on the bus",
	"could we discuss the contract after lunch", "my daughter plays the violin in an orchestra",
	"how do i change the batteries in this remote control", "the soup needs a little more pepper",
	"we should paint the fence before winter", "which museum has the dinosaur skeleton",
	"he repaired the engine with a screwdriver", "please deliver the package to my neighbour",
};

#endif
