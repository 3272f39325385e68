import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { connect, createSecureContext, createServer, type PeerCertificate, type TLSSocket } from 'node:tls';
import { describeNames, isFor } from '../tls/identity.ts';
import { from, listening, type StreamKind } from './streams.ts';

/** How TLS is spoken (RFC 3261 §26.3.1, RFC 5922). */
export interface TlsSettings {
  /** Authorities that are believed, PEM. Default: those that Node.js brings. */
  readonly ca?: string | readonly string[];
  /** Our certificate and its key, PEM: shown to servers that ask, and what we listen with. Without them we only connect. */
  readonly cert?: string;
  readonly key?: string;
  /** False: whatever certificate is believed, and whoever stands between can listen. Default true. */
  readonly verify?: boolean;
  /** SHA-256 of the one certificate that is believed, hexadecimal with or without colons: instead of authority and name. */
  readonly fingerprint?: string;
  /** A DNS name `*.example.com` counts for one label, which RFC 5922 §7.2 forbids. Default false. */
  readonly wildcards?: boolean;
  /** Whom the certificate at an address must be for: the domain that led there (RFC 5922 §4). Default: the address itself. */
  readonly nameOf?: (host: string, port: number) => string | undefined;
}

/** The port of SIP over TLS (RFC 3261 §19.1.2). */
const TLS_PORT = 5061;
const HANDSHAKE_TIMEOUT_MS = 5000;

/** TLS 1.2 and newer; it listens only with a certificate. Rejects with the system's error, or with one that says what is wrong with the files. */
export async function tlsKind(host: string, port: number, settings: TlsSettings): Promise<StreamKind> {
  const { ca, cert, key, verify = true } = settings;
  const context = {
    minVersion: 'TLSv1.2',
    ...(ca === undefined ? {} : { ca: [...(typeof ca === 'string' ? [ca] : ca)] }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  } as const;
  // Both throw where a file is not what it should be, before anything is opened.
  for (const authority of context.ca ?? []) new X509Certificate(authority);
  const secureContext = createSecureContext(context);
  const nameAt = (at: { readonly host: string; readonly port: number }) =>
    settings.nameOf?.(at.host, at.port) ?? at.host;
  const server =
    cert === undefined || key === undefined
      ? undefined
      : createServer({ ...context, handshakeTimeout: HANDSHAKE_TIMEOUT_MS, noDelay: true, keepAlive: true });
  server?.on('tlsClientError', (_error, socket) => socket.destroy());
  const pin = settings.fingerprint?.replaceAll(':', '').toLowerCase();
  return {
    transport: 'tls',
    server,
    accepted: 'secureConnection',
    local: server === undefined ? { host, port: port || TLS_PORT } : await listening(server, host, port),
    connect: (flow) => {
      const name = nameAt(flow);
      const socket = connect({
        secureContext,
        host: flow.host,
        port: flow.port,
        ...from(host),
        // An address is no server name (RFC 6066 §3).
        ...(isIP(name) === 0 ? { servername: name } : {}),
        rejectUnauthorized: verify && pin === undefined,
        checkServerIdentity: (_host, certificate) => judgeName(name, certificate, settings.wildcards === true),
      });
      socket.setNoDelay(true);
      socket.setKeepAlive(true);
      // Before the messages that wait for the same event.
      if (pin !== undefined) socket.prependOnceListener('secureConnect', () => judgePin(socket, pin));
      return socket;
    },
    ready: 'secureConnect',
    explain: (error, flow) => explainTls(error, nameAt(flow)),
  };
}

function judgeName(name: string, certificate: PeerCertificate, wildcards: boolean): Error | undefined {
  const { CN } = certificate.subject ?? {};
  const commonName = Array.isArray(CN) ? CN[0] : CN;
  const names = { altNames: certificate.subjectaltname, commonName };
  if (isFor(name, names, wildcards)) return undefined;
  return fault('WRONG_NAME', describeNames(names));
}

function judgePin(socket: TLSSocket, pin: string): void {
  const { fingerprint256 } = socket.getPeerCertificate();
  const shown = fingerprint256?.replaceAll(':', '').toLowerCase();
  if (shown === pin) return;
  socket.removeAllListeners('secureConnect');
  socket.destroy(fault('WRONG_FINGERPRINT', fingerprint256 ?? 'none'));
}

function fault(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

/** What went wrong with the TLS of `name`, and what to do about it; the system's code where there is nothing to say. */
export function explainTls(error: NodeJS.ErrnoException, name: string): string {
  const { code = '', message } = error;
  const its = `the certificate of ${name}`;
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return `${its} has expired: renew it there, and see that the clock of this machine is right`;
    case 'CERT_NOT_YET_VALID':
      return `${its} is not valid yet: see that the clock of this machine is right`;
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
      return `${its} is signed by itself: name its file in tls.ca, or its SHA-256 in tls.fingerprint`;
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
      return `${its} is signed by an authority that is not known here: name the file of that authority in tls.ca`;
    case 'CERT_REVOKED':
    case 'CERT_REJECTED':
    case 'CERT_UNTRUSTED':
    case 'INVALID_PURPOSE':
      return `${its} is not to be trusted (${message}): it must be replaced there`;
    case 'WRONG_NAME':
      return `${its} is for ${message}, not for ${name}: set accounts[].server or accounts[].domain to the name that it is for`;
    case 'WRONG_FINGERPRINT':
      return `${its} has the fingerprint ${message}, not the one of tls.fingerprint: somebody else answers, or it was renewed`;
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
      return `${name} does not speak TLS on that port: set the port in accounts[].server (mostly 5061)`;
    case 'ERR_SSL_UNSUPPORTED_PROTOCOL':
    case 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION':
      return `${name} speaks only a TLS older than 1.2: it must be brought up to date`;
    case 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED':
    case 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE':
      return `${name} wants a certificate of ours: set tls.cert and tls.key`;
    case 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA':
    case 'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE':
    case 'ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED':
      return `${name} does not take our certificate: see that tls.cert is from an authority that it knows, and has not expired`;
    case 'ECONNRESET':
      // said by Node.js only of a handshake that did not come to its end
      return message.includes('before secure TLS')
        ? `${name} hung up during the TLS handshake: is the port right, and does it want a certificate of ours (tls.cert, tls.key)?`
        : code;
    case '':
      return message;
    default:
      return code;
  }
}
