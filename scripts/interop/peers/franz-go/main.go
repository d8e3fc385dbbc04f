// franz-go; questions and answers as peer.py says.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// bytes is base64 or null in JSON, as Go does by itself.
type header struct {
	name  string
	value []byte
}

func (h header) MarshalJSON() ([]byte, error) { return json.Marshal([]any{h.name, h.value}) }

func (h *header) UnmarshalJSON(text []byte) error {
	return json.Unmarshal(text, &[]any{&h.name, &h.value})
}

type record struct {
	Partition int32    `json:"p"`
	Offset    int64    `json:"o"`
	Time      int64    `json:"t"`
	Key       []byte   `json:"k"`
	Value     []byte   `json:"v"`
	Headers   []header `json:"h"`
}

type question struct {
	Op, Brokers, Topic, Codec, Acks, Group string
	Idempotent                             bool
	Records                                []record
	Partitions, Count                      int
	Values                                 []string
}

type answer map[string]any

var codecs = map[string]kgo.CompressionCodec{
	"none": kgo.NoCompression(), "gzip": kgo.GzipCompression(), "snappy": kgo.SnappyCompression(),
	"lz4": kgo.Lz4Compression(), "zstd": kgo.ZstdCompression(),
}

func hello() answer {
	version := "?"
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, dep := range info.Deps {
			if dep.Path == "github.com/twmb/franz-go" {
				version = dep.Version
			}
		}
	}
	return answer{"version": version, "codecs": []string{"none", "gzip", "snappy", "lz4", "zstd"}, "lacks": []string{}}
}

func produce(ctx context.Context, q question) error {
	options := []kgo.Opt{kgo.SeedBrokers(q.Brokers), kgo.ProducerBatchCompression(codecs[q.Codec]),
		kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.ProducerLinger(20 * time.Millisecond)}
	switch q.Acks {
	case "0":
		options = append(options, kgo.RequiredAcks(kgo.NoAck()), kgo.DisableIdempotentWrite())
	case "1":
		options = append(options, kgo.RequiredAcks(kgo.LeaderAck()), kgo.DisableIdempotentWrite())
	default:
		if !q.Idempotent {
			options = append(options, kgo.DisableIdempotentWrite())
		}
	}
	client, err := kgo.NewClient(options...)
	if err != nil {
		return err
	}
	defer client.Close()
	var records []*kgo.Record
	for _, r := range q.Records {
		sent := &kgo.Record{Topic: q.Topic, Partition: r.Partition, Timestamp: time.UnixMilli(r.Time), Key: r.Key, Value: r.Value}
		for _, h := range r.Headers {
			sent.Headers = append(sent.Headers, kgo.RecordHeader{Key: h.name, Value: h.value})
		}
		records = append(records, sent)
	}
	return client.ProduceSync(ctx, records...).FirstErr()
}

func read(ctx context.Context, client *kgo.Client, count int) ([]record, error) {
	records := []record{}
	for len(records) < count {
		polling, cancel := context.WithTimeout(ctx, 30*time.Second)
		fetches := client.PollFetches(polling)
		cancel()
		if errs := fetches.Errors(); len(errs) > 0 {
			return nil, fmt.Errorf("%d of %d records: %w", len(records), count, errs[0].Err)
		}
		fetches.EachRecord(func(r *kgo.Record) {
			one := record{r.Partition, r.Offset, r.Timestamp.UnixMilli(), r.Key, r.Value, []header{}}
			for _, h := range r.Headers {
				one.Headers = append(one.Headers, header{h.Key, h.Value})
			}
			records = append(records, one)
		})
	}
	return records, nil
}

func consume(ctx context.Context, q question) ([]record, error) {
	client, err := kgo.NewClient(kgo.SeedBrokers(q.Brokers), kgo.ConsumeTopics(q.Topic),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	if err != nil {
		return nil, err
	}
	defer client.Close()
	admin := kadm.NewClient(client)
	starts, err := admin.ListStartOffsets(ctx, q.Topic)
	if err != nil {
		return nil, err
	}
	ends, err := admin.ListEndOffsets(ctx, q.Topic)
	if err != nil {
		return nil, err
	}
	count := 0
	ends.Each(func(o kadm.ListedOffset) { count += int(o.Offset) })
	starts.Each(func(o kadm.ListedOffset) { count -= int(o.Offset) })
	return read(ctx, client, count)
}

func learn(ctx context.Context, q question) ([]string, error) {
	client, err := kgo.NewClient(kgo.SeedBrokers(q.Brokers), kgo.AllowAutoTopicCreation(), kgo.ConsumeTopics(q.Topic),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	if err != nil {
		return nil, err
	}
	defer client.Close()
	for _, value := range q.Values {
		sent := client.ProduceSync(ctx, &kgo.Record{Topic: q.Topic, Value: []byte(value)})
		if err := sent.FirstErr(); err != nil {
			return nil, err
		}
	}
	records, err := read(ctx, client, len(q.Values))
	values := []string{}
	for _, r := range records {
		values = append(values, string(r.Value))
	}
	return values, err
}

func group(ctx context.Context, q question) ([]record, error) {
	client, err := kgo.NewClient(kgo.SeedBrokers(q.Brokers), kgo.ConsumerGroup(q.Group), kgo.ConsumeTopics(q.Topic),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.DisableAutoCommit())
	if err != nil {
		return nil, err
	}
	defer client.Close()
	records, err := read(ctx, client, q.Count)
	return records, errors.Join(err, client.CommitUncommittedOffsets(ctx))
}

func say(name string, value any) {
	text, _ := json.Marshal(map[string]any{name: value})
	fmt.Println(string(text))
}

func member(q question) error {
	client, err := kgo.NewClient(kgo.SeedBrokers(q.Brokers), kgo.ConsumerGroup(q.Group), kgo.ConsumeTopics(q.Topic),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.DisableAutoCommit(), kgo.BlockRebalanceOnPoll(),
		kgo.SessionTimeout(6*time.Second), kgo.HeartbeatInterval(time.Second))
	if err != nil {
		return err
	}
	for {
		fetches := client.PollFetches(context.Background())
		read := [][2]int64{}
		fetches.EachRecord(func(r *kgo.Record) { read = append(read, [2]int64{int64(r.Partition), r.Offset}) })
		if len(read) > 0 {
			say("read", read)
			if err := client.CommitUncommittedOffsets(context.Background()); err != nil {
				say("lost", err.Error())
			} else {
				say("committed", true)
			}
		}
		client.AllowRebalance()
	}
}

func reply(ctx context.Context, q question) (answer, error) {
	switch q.Op {
	case "hello":
		return hello(), nil
	case "produce":
		return answer{}, produce(ctx, q)
	case "consume":
		records, err := consume(ctx, q)
		return answer{"records": records}, err
	case "learn":
		values, err := learn(ctx, q)
		return answer{"values": values}, err
	case "group":
		records, err := group(ctx, q)
		return answer{"records": records}, err
	case "member":
		return nil, member(q)
	}
	return nil, errors.New("unknown question")
}

func main() {
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	for {
		line, err := in.ReadBytes('\n')
		if err != nil {
			return
		}
		var q question
		var given answer
		if err = json.Unmarshal(line, &q); err == nil {
			ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
			given, err = reply(ctx, q)
			cancel()
		}
		if err != nil {
			given = answer{"error": err.Error()}
		}
		text, _ := json.Marshal(given)
		fmt.Println(string(text))
	}
}
