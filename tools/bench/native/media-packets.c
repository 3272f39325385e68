/*
 * media-packets ROUND_MS ROUNDS: CPU microseconds of libsrtp2 for one RTP packet of 172 octets, and of G.711 by tables.
 * Prints one line a round: "CM GCM ENCODE DECODE": protect under AES_CM_128_HMAC_SHA1_80 and under AEAD_AES_128_GCM, then 160
 * samples to A-law octets and back.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <srtp2/srtp.h>

#define PACKET 172
#define SAMPLES 160

static double cpu_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

static srtp_t session(int gcm) {
  static uint8_t key[64];
  srtp_policy_t policy;
  srtp_t made;
  memset(&policy, 0, sizeof policy);
  memset(key, 7, sizeof key);
  if (gcm) {
    srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp);
    srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp);
  } else {
    srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtp);
    srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtcp);
  }
  policy.ssrc.type = ssrc_any_outbound;
  policy.key = key;
  policy.window_size = 1024;
  if (srtp_create(&made, &policy) != srtp_err_status_ok) {
    fprintf(stderr, "libsrtp2 has no such suite here\n");
    exit(1);
  }
  return made;
}

static double protect_round(srtp_t srtp, uint16_t *sequence, double round_us) {
  static uint8_t packet[PACKET + SRTP_MAX_TRAILER_LEN];
  double began = cpu_us(), used;
  long n = 0;
  do {
    for (int i = 0; i < 500; i++, n++) {
      int length = PACKET;
      packet[0] = 0x80;
      packet[1] = 8;
      packet[2] = (uint8_t)(*sequence >> 8);
      packet[3] = (uint8_t)*sequence;
      (*sequence)++;
      if (srtp_protect(srtp, packet, &length) != srtp_err_status_ok) exit(1);
    }
    used = cpu_us() - began;
  } while (used < round_us);
  return used / n;
}

static uint8_t to_alaw[8192];
static int16_t from_alaw[256];
static int16_t pcm[SAMPLES];
static uint8_t octets[SAMPLES];

static double encode_round(double round_us) {
  double began = cpu_us(), used;
  long n = 0;
  do {
    for (int i = 0; i < 5000; i++, n++) {
      for (int s = 0; s < SAMPLES; s++) octets[s] = to_alaw[((uint16_t)pcm[s]) >> 3];
      __asm__ volatile("" ::: "memory");
    }
    used = cpu_us() - began;
  } while (used < round_us);
  return used / n;
}

static double decode_round(double round_us) {
  double began = cpu_us(), used;
  long n = 0;
  do {
    for (int i = 0; i < 5000; i++, n++) {
      for (int s = 0; s < SAMPLES; s++) pcm[s] = from_alaw[octets[s]];
      __asm__ volatile("" ::: "memory");
    }
    used = cpu_us() - began;
  } while (used < round_us);
  return used / n;
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  double round_us = atof(argv[1]) * 1000;
  uint16_t one = 1, other = 1;
  if (srtp_init() != srtp_err_status_ok) return 1;
  srtp_t cm = session(0), gcm = session(1);
  for (int i = 0; i < 8192; i++) to_alaw[i] = (uint8_t)(i * 31);
  for (int i = 0; i < 256; i++) from_alaw[i] = (int16_t)(i * 257);
  protect_round(cm, &one, round_us);
  for (int round = 0; round < atoi(argv[2]); round++) {
    double counter = protect_round(cm, &one, round_us), galois = protect_round(gcm, &other, round_us);
    printf("%.4f %.4f %.4f %.4f\n", counter, galois, encode_round(round_us), decode_round(round_us));
    fflush(stdout);
  }
  return 0;
}
