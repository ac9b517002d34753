// The stop box's firmware on a computer: each line of input is "now a b" (ms, contact A, contact B), and what it would say is written out.
#include "../../robot/stopbox/firmware/stopbox.h"
#include <cstdio>

int main() {
  stopbox::Box box;
  unsigned long now;
  int a, b;
  char line[stopbox::LINE_MAX];
  while (std::scanf("%lu %d %d", &now, &a, &b) == 3) {
    const size_t length = box.poll(a != 0, b != 0, static_cast<uint32_t>(now), line);
    std::fwrite(line, 1, length, stdout);
  }
  return 0;
}
