// kafkajs; questions and answers as peer.py says.
'use strict';

const readline = require('node:readline');
const {CompressionCodecs, CompressionTypes, Kafka, logLevel} = require('kafkajs');
const {version} = require('kafkajs/package.json');

const codecs = {none: CompressionTypes.None, gzip: CompressionTypes.GZIP};

// The others are packages with native parts, which may not load on this machine.
function add(name, type, load) {
  try {
    CompressionCodecs[type] = load();
    codecs[name] = type;
  } catch (error) {
    process.stderr.write(`${name}: ${error.message}\n`);
  }
}

add('snappy', CompressionTypes.Snappy, () => require('kafkajs-snappy'));
add('lz4', CompressionTypes.LZ4, () => new (require('kafkajs-lz4'))().codec);
add('zstd', CompressionTypes.ZSTD, () => require('@kafkajs/zstd')());

const bytes = (text) => (text === null ? null : Buffer.from(text, 'base64'));
const text = (data) => (data === null || data === undefined ? null : Buffer.from(data).toString('base64'));
const connect = (question) => new Kafka({brokers: [question.brokers], logLevel: logLevel.NOTHING});

// Its headers are an object: a name that comes twice is an array there, and its place among others is lost.
function headersOf(pairs) {
  const headers = {};
  for (const [name, data] of pairs) {
    const value = bytes(data);
    headers[name] = name in headers ? [headers[name], value].flat() : value;
  }
  return headers;
}

function pairsOf(headers) {
  return Object.entries(headers).flatMap(([name, value]) => [value].flat().map((one) => [name, text(one)]));
}

async function produce(question) {
  const producer = connect(question).producer({idempotent: question.idempotent, maxInFlightRequests: 1});
  await producer.connect();
  try {
    await producer.send({
      topic: question.topic,
      acks: question.acks === 'all' ? -1 : Number(question.acks),
      compression: codecs[question.codec],
      messages: question.records.map((r) => ({
        partition: r.p,
        timestamp: String(r.t),
        key: bytes(r.k),
        value: bytes(r.v),
        headers: headersOf(r.h),
      })),
    });
  } finally {
    await producer.disconnect();
  }
}

// It has no consumer without a group; it reads with one that nobody else has.
async function read(question, group, count) {
  const records = [];
  const consumer = connect(question).consumer({groupId: group});
  await consumer.connect();
  try {
    await consumer.subscribe({topic: question.topic, fromBeginning: true});
    await new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${records.length} of ${count} records in 30 s`)), 30000);
      consumer.on(consumer.events.CRASH, ({payload}) => reject(payload.error));
      consumer.run({
        autoCommit: false,
        eachMessage: async ({partition, message: m}) => {
          records.push({p: partition, o: Number(m.offset), t: Number(m.timestamp), k: text(m.key), v: text(m.value),
                        h: pairsOf(m.headers)});
          if (records.length === count) {
            clearTimeout(timer);
            resolve();
          }
        },
      }).catch(reject);
    });
    const next = {};
    for (const r of records) next[r.p] = Math.max(next[r.p] ?? 0, r.o + 1);
    await consumer.commitOffsets(
      Object.entries(next).map(([p, o]) => ({topic: question.topic, partition: Number(p), offset: String(o)})));
  } finally {
    await consumer.disconnect();
  }
  return records;
}

async function count(question) {
  const admin = connect(question).admin();
  await admin.connect();
  try {
    const places = await admin.fetchTopicOffsets(question.topic);
    return places.reduce((sum, place) => sum + Number(place.high) - Number(place.low), 0);
  } finally {
    await admin.disconnect();
  }
}

let readers = 0;
const alone = (question) => `${question.topic}-reader-${++readers}`;

function say(name, value) {
  process.stdout.write(JSON.stringify({[name]: value}) + '\n');
}

async function member(question) {
  const consumer = connect(question).consumer(
    {groupId: question.group, sessionTimeout: 6000, heartbeatInterval: 1000, maxWaitTimeInMs: 500});
  await consumer.connect();
  await consumer.subscribe({topic: question.topic, fromBeginning: true});
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({batch}) => {
      say('read', batch.messages.map((m) => [batch.partition, Number(m.offset)]));
      const offset = String(Number(batch.lastOffset()) + 1);
      try {
        await consumer.commitOffsets([{topic: question.topic, partition: batch.partition, offset}]);
        say('committed', true);
      } catch (error) {
        say('lost', String(error));
        throw error;
      }
    },
  });
  await new Promise(() => {});
}

const operations = {
  member,
  hello: async () => ({
    version,
    codecs: Object.keys(codecs),
    lacks: ['null header', 'order of headers', 'consumer without a group'],
  }),
  produce: async (question) => ({...await produce(question)}),
  consume: async (question) => ({records: await read(question, alone(question), await count(question))}),
  learn: async (question) => {
    const producer = connect(question).producer();
    await producer.connect();
    await producer.send({topic: question.topic, messages: question.values.map((value) => ({value}))});
    await producer.disconnect();
    const records = await read(question, alone(question), question.values.length);
    return {values: records.map((r) => bytes(r.v).toString())};
  },
  group: async (question) => ({records: await read(question, question.group, question.count)}),
};

async function main() {
  for await (const line of readline.createInterface({input: process.stdin})) {
    const question = JSON.parse(line);
    let answer;
    try {
      answer = await operations[question.op](question);
    } catch (error) {
      answer = {error: String(error)};
    }
    process.stdout.write(JSON.stringify(answer) + '\n');
  }
  process.exit(0);
}

main();
