// A real SMTP server on a free port of the loopback interface that takes every mail and parses it.
import { once } from 'node:events';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { SMTPServer } from 'smtp-server';
import { Inbox } from './wait';

/** A mail as mailparser reads it; the parts that tests look at. */
export interface Mail {
  subject?: string;
  text?: string;
  from?: { text: string };
  to?: { text: string };
  attachments: { filename?: string; contentType: string; content: Buffer; size: number }[];
}

// mailparser comes with Node-RED's e-mail node, whose reading half uses it.
const fromEmailNode = createRequire(createRequire(__filename).resolve('node-red-node-email/package.json'));
const { simpleParser } = fromEmailNode('mailparser') as { simpleParser(stream: Readable): Promise<Mail> };

export class MailServer {
  readonly mails = new Inbox<Mail>();

  private constructor(
    private readonly server: SMTPServer,
    readonly port: number,
  ) {}

  /** Accepts mail with and without log-in (`user` and `password`); offers no encryption, as a local relay would. */
  static async start(): Promise<MailServer> {
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      onAuth: ({ username, password }, _session, callback) => {
        if (username === 'user' && password === 'password') callback(null, { user: username });
        else callback(new Error('wrong user name or password'));
      },
      onData: (stream, _session, callback) => {
        simpleParser(stream).then(
          mail => {
            mailServer.mails.push(mail);
            callback();
          },
          (error: Error) => callback(error),
        );
      },
    });
    server.on('error', () => {});
    server.listen(0, '127.0.0.1');
    await once(server.server, 'listening');
    const mailServer = new MailServer(server, (server.server.address() as AddressInfo).port);
    return mailServer;
  }

  async stop(): Promise<void> {
    await new Promise<void>(resolve => {
      this.server.close(resolve);
    });
  }
}
