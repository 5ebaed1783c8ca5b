#include "call_driver.h"
int main(void){return 0;}
