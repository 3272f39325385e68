/*
 * sofia-parse FILE ROUND_MS ROUNDS: CPU microseconds of sofia-sip for one SIP message.
 * Prints one line a round: "PARSE PRINT", parse = octets to the full structure, print = the structure to octets
 * with every header field encoded anew.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sofia-sip/msg.h>
#include <sofia-sip/msg_addr.h>
#include <sofia-sip/msg_header.h>
#include <sofia-sip/sip.h>
#include <sofia-sip/sip_parser.h>
#include <sofia-sip/su_alloc.h>

static char octets[65536];
static size_t length;

static double cpu_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

static msg_t *parse(void) {
  msg_t *msg = msg_make(sip_default_mclass(), 0, octets, (ssize_t)length);
  sip_t *sip = msg == NULL ? NULL : sip_object(msg);
  if (sip == NULL || sip->sip_error != NULL || sip->sip_cseq == NULL || sip->sip_via == NULL) {
    fprintf(stderr, "sofia-sip does not read the message\n");
    exit(1);
  }
  return msg;
}

static double parse_round(double round_us, double *count) {
  double began = cpu_us(), used;
  long n = 0;
  do {
    for (int i = 0; i < 200; i++, n++) msg_destroy(parse());
    used = cpu_us() - began;
  } while (used < round_us);
  *count += n;
  return used / n;
}

static double print_round(msg_t *msg, double round_us, double *count) {
  static char out[65536];
  double began = cpu_us(), used;
  long n = 0;
  do {
    for (int i = 0; i < 200; i++, n++) {
      size_t at = 0;
      for (msg_header_t *h = *msg_chain_head(msg); h != NULL; h = h->sh_succ) {
        issize_t wrote = msg_header_e(out + at, sizeof out - at, h, 0);
        if (wrote < 0) exit(1);
        at += (size_t)wrote;
      }
      if (at < length / 2) exit(1);
    }
    used = cpu_us() - began;
  } while (used < round_us);
  *count += n;
  return used / n;
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  FILE *file = fopen(argv[1], "rb");
  if (file == NULL) return 2;
  length = fread(octets, 1, sizeof octets, file);
  fclose(file);
  double round_us = atof(argv[2]) * 1000, count = 0;
  msg_t *kept = parse();
  parse_round(round_us, &count);
  print_round(kept, round_us, &count);
  for (int round = 0; round < atoi(argv[3]); round++) {
    double parsed = parse_round(round_us, &count);
    printf("%.4f %.4f\n", parsed, print_round(kept, round_us, &count));
    fflush(stdout);
  }
  return 0;
}
