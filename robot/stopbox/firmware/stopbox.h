// What a stop box knows and says, without any hardware: docs/stopbox.md is its protocol. Compiles for a microcontroller and for a test alike;
// allocates nothing, waits for nothing.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace stopbox {

const uint32_t BEAT_MS = 20;
// Contacts bounce when they close; a press counts at once, a release after this long without a bounce.
const uint32_t SETTLE_MS = 30;
// Two contacts of one button part by some milliseconds. For longer, a wire is off or a contact is welded.
const uint32_t DISCREPANCY_MS = 500;
const size_t LINE_MAX = 41;

// CRC-16/CCITT-FALSE: polynomial 0x1021, start 0xFFFF.
inline uint16_t crc16(const char *text, size_t length) {
  uint16_t crc = 0xFFFF;
  for (size_t i = 0; i < length; i++) {
    crc ^= static_cast<uint16_t>(static_cast<uint8_t>(text[i])) << 8;
    for (uint8_t bit = 0; bit < 8; bit++) {
      crc = static_cast<uint16_t>((crc & 0x8000) ? (crc << 1) ^ 0x1021 : crc << 1);
    }
  }
  return crc;
}

// Two normally-closed contacts of one button.
class Button {
public:
  // Takes what the contacts are now; true while the button is released beyond doubt.
  bool update(bool closedA, bool closedB, uint32_t now) {
    const bool both = closedA && closedB;
    if (closedA == closedB) {
      agreedAt_ = now;
      // Only a whole press shows that both contacts can still open.
      if (!both) faulty_ = false;
    } else if (now - agreedAt_ > DISCREPANCY_MS) {
      faulty_ = true;
    }
    if (!both) {
      closedAt_ = now;
      settled_ = false;
    } else if (now - closedAt_ >= SETTLE_MS) {
      // Kept, for the difference itself runs over after seven weeks.
      settled_ = true;
    }
    return settled_ && !faulty_;
  }

private:
  uint32_t agreedAt_ = 0;
  uint32_t closedAt_ = 0;
  bool settled_ = false;
  bool faulty_ = false;
};

class Box {
public:
  // To be called as often as possible. Writes a line (no terminating zero) and returns its length when one is due, else 0.
  size_t poll(bool closedA, bool closedB, uint32_t now, char out[LINE_MAX]) {
    const bool released = button_.update(closedA, closedB, now);
    const bool changed = released != released_;
    if (said_ && !changed && now - saidAt_ < BEAT_MS) return 0;
    said_ = true;
    saidAt_ = now;
    released_ = released;
    return write(out, released, closedA, closedB, now);
  }

private:
  size_t write(char *out, bool released, bool closedA, bool closedB, uint32_t now) {
    size_t n = 0;
    const char head[] = "$SB,1,";
    while (head[n] != 0) { out[n] = head[n]; n++; }
    n = number(out, n, sequence_++);
    out[n++] = ',';
    out[n++] = released ? 'R' : 'P';
    out[n++] = ',';
    out[n++] = closedA ? '1' : '0';
    out[n++] = closedB ? '1' : '0';
    out[n++] = ',';
    n = number(out, n, now);
    const uint16_t crc = crc16(out + 1, n - 1);
    out[n++] = '*';
    for (int8_t shift = 12; shift >= 0; shift -= 4) out[n++] = "0123456789ABCDEF"[(crc >> shift) & 0xF];
    out[n++] = '\n';
    return n;
  }

  static size_t number(char *out, size_t n, uint32_t value) {
    char digits[10];
    uint8_t count = 0;
    do { digits[count++] = static_cast<char>('0' + value % 10); value /= 10; } while (value != 0);
    while (count > 0) out[n++] = digits[--count];
    return n;
  }

  Button button_;
  uint16_t sequence_ = 0;
  uint32_t saidAt_ = 0;
  bool released_ = false;
  bool said_ = false;
};

} // namespace stopbox
