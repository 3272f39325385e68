/** SRTP protection profiles by their names in SDP (RFC 4568 §6.2, RFC 7714 §14.2). */
export type SrtpSuiteName =
  | 'AES_CM_128_HMAC_SHA1_80'
  | 'AES_CM_128_HMAC_SHA1_32'
  | 'AEAD_AES_128_GCM'
  | 'AEAD_AES_256_GCM';

/** What a suite needs; lengths in octets. */
export interface SrtpSuite {
  readonly name: SrtpSuiteName;
  readonly cipher: 'cm' | 'gcm';
  readonly keyLength: number;
  readonly saltLength: number;
  /** Authentication tag of RTP packets. */
  readonly tagLength: number;
  /** Authentication tag of RTCP packets: never cut to 32 bits (RFC 4568 §6.2.2). */
  readonly rtcpTagLength: number;
}

export const SRTP_SUITES: Readonly<Record<SrtpSuiteName, SrtpSuite>> = {
  AES_CM_128_HMAC_SHA1_80: suite('AES_CM_128_HMAC_SHA1_80', 'cm', 16, 14, 10, 10),
  AES_CM_128_HMAC_SHA1_32: suite('AES_CM_128_HMAC_SHA1_32', 'cm', 16, 14, 4, 10),
  AEAD_AES_128_GCM: suite('AEAD_AES_128_GCM', 'gcm', 16, 12, 16, 16),
  AEAD_AES_256_GCM: suite('AEAD_AES_256_GCM', 'gcm', 32, 12, 16, 16),
};

/** Offered where nobody says otherwise: AEAD first, then what every peer knows. More would make an INVITE too long for UDP. */
export const DEFAULT_SRTP_SUITES: readonly SrtpSuiteName[] = ['AEAD_AES_128_GCM', 'AES_CM_128_HMAC_SHA1_80'];

function suite(
  name: SrtpSuiteName,
  cipher: SrtpSuite['cipher'],
  keyLength: number,
  saltLength: number,
  tagLength: number,
  rtcpTagLength: number,
): SrtpSuite {
  return { name, cipher, keyLength, saltLength, tagLength, rtcpTagLength };
}

/** The suite of that name; undefined for any other text. */
export function srtpSuite(name: string): SrtpSuite | undefined {
  return Object.hasOwn(SRTP_SUITES, name) ? SRTP_SUITES[name as SrtpSuiteName] : undefined;
}

/** Master key and salt of one direction of one stream. Plain data that crosses to the media worker; never logged. */
export interface SrtpKeys {
  readonly suite: SrtpSuiteName;
  readonly masterKey: Uint8Array;
  readonly masterSalt: Uint8Array;
  /** RFC 3711 §3.1 MKI that stands in each packet, when SDP agreed on one. */
  readonly mki?: Uint8Array;
}

/** What a block cipher is to SRTP: `blocks` (16 octets each, whole ones) encrypted one by one. */
export interface BlockCipher {
  encrypt(blocks: Uint8Array): Uint8Array;
}

/** The port to the cipher; `src/node/` implements it. `key` has 16 or 32 octets. */
export type MakeBlockCipher = (key: Uint8Array) => BlockCipher;
