import { clockSynchronised } from '@switchhook/phone/control/node';

/** Why there is no broker, with what to do about it. `url` may hold a password; it is left out. */
export function describeTrouble(
  url: string,
  error: Error & { code?: number | string },
  clockIsRight: boolean = clockSynchronised(),
): string {
  const at = url.replace(/\/\/[^@/]*@/, '//');
  switch (error.code) {
    case 'ECONNREFUSED':
      return `no broker answers at ${at}: is it running, and is the port right?`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the broker's name in ${at} does not resolve`;
    case 'CERT_NOT_YET_VALID':
    case 'CERT_HAS_EXPIRED':
      return clockIsRight
        ? `the certificate of ${at} is not valid today (${error.code}): renew it`
        : `the certificate of ${at} seems not valid today, but the clock of this machine was never set: waiting for the time service`;
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
      return `the certificate of ${at} is of an authority that is not known here (${error.code}): name its file as broker.tls.ca`;
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `the certificate of ${at} is for another name: use that name in the URL, or set broker.tls.serverName`;
    case 134: // MQTT 5 §3.2.2.2
    case 135:
    case 5:
    case 4:
      return `the broker at ${at} refuses the user name or password`;
    default: {
      const clock = clockIsRight || !/^(mqtts|wss):/.test(url) ? '' : '; the clock of this machine was never set';
      return `the broker at ${at}: ${error.message || String(error.code)}${clock}`;
    }
  }
}
