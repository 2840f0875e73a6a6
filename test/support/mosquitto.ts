// A real MQTT broker (Eclipse Mosquitto) on a free port of the loopback interface, and a client that keeps what it
// receives.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectAsync, type MqttClient } from 'mqtt';
import { freePort, Program } from './processes';
import { programPath } from './system';
import { tempFolder } from './temp';
import { Inbox } from './wait';

export interface MqttMessage {
  topic: string;
  payload: Buffer;
  retain: boolean;
}

export class Mosquitto {
  private readonly clients: MqttClient[] = [];

  private constructor(
    readonly port: number,
    private readonly program: Program,
  ) {}

  static async start(): Promise<Mosquitto> {
    const port = await freePort();
    const config = join(tempFolder('mosquitto'), 'mosquitto.conf');
    // `user root` keeps a broker started by root from changing to a user who may not read the temporary folder.
    writeFileSync(config, `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\nuser root\n`);
    const program = await Program.start(programPath('mosquitto')!, ['-c', config, '-v']);
    await program.line('the broker to run', /running|Opening ipv4 listen socket/);
    return new Mosquitto(port, program);
  }

  /** Everything published on the topics that fit `filter` from now on. */
  async subscribe(filter: string): Promise<Inbox<MqttMessage>> {
    const client = await connectAsync(`mqtt://127.0.0.1:${this.port}`, { reconnectPeriod: 100 });
    this.clients.push(client);
    const inbox = new Inbox<MqttMessage>();
    client.on('message', (topic, payload, { retain }) => inbox.push({ topic, payload, retain }));
    await client.subscribeAsync(filter, { qos: 1 });
    return inbox;
  }

  async stop(): Promise<void> {
    for (const client of this.clients) await client.endAsync(true);
    await this.program.stop();
  }
}
