// A stop box on an Arduino-class board. Each of the button's two normally-closed contacts connects its pin to ground; the board's own pull-up makes an
// open contact, a loose wire and a cut cable look alike: pressed. docs/stopbox.md has the wiring.
#include "stopbox.h"

#if defined(__AVR__)
#include <avr/wdt.h>
#endif

const uint8_t CONTACT_A = 2;
const uint8_t CONTACT_B = 3;

stopbox::Box box;

void setup() {
#if defined(__AVR__)
  // A board that hangs falls silent, starts anew, and is believed only after it has proved itself; 120 ms is longer than any loop here.
  wdt_enable(WDTO_120MS);
#endif
  pinMode(CONTACT_A, INPUT_PULLUP);
  pinMode(CONTACT_B, INPUT_PULLUP);
  Serial.begin(115200);
}

void loop() {
  char line[stopbox::LINE_MAX];
  const size_t length = box.poll(digitalRead(CONTACT_A) == LOW, digitalRead(CONTACT_B) == LOW, millis(), line);
  // A line that would have to wait is an old line: without room it is left out, and the listener bridges or notices that.
  if (length > 0 && static_cast<size_t>(Serial.availableForWrite()) >= length) Serial.write(line, length);
#if defined(__AVR__)
  wdt_reset();
#endif
}
