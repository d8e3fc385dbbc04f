// segmentio/kafka-go; questions and answers as peer.py says.
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

	"github.com/segmentio/kafka-go"
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

var codecs = map[string]kafka.Compression{
	"none": 0, "gzip": kafka.Gzip, "snappy": kafka.Snappy, "lz4": kafka.Lz4, "zstd": kafka.Zstd,
}

func hello() answer {
	version := "?"
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, dep := range info.Deps {
			if dep.Path == "github.com/segmentio/kafka-go" {
				version = dep.Version
			}
		}
	}
	return answer{"version": version, "codecs": []string{"none", "gzip", "snappy", "lz4", "zstd"},
		"lacks": []string{"idempotence", "empty from null when reading", "commits of a generation"}}
}

// The default one remembers for a while which topics there are, and takes a new one for unknown.
func transport() *kafka.Transport { return &kafka.Transport{} }

// Where a record goes is said with the record.
func given(message kafka.Message, _ ...int) int { return int(message.WriterData.(int32)) }

func produce(ctx context.Context, q question) error {
	acks := map[string]kafka.RequiredAcks{"0": kafka.RequireNone, "1": kafka.RequireOne, "all": kafka.RequireAll}
	writer := &kafka.Writer{Addr: kafka.TCP(q.Brokers), Topic: q.Topic, Balancer: kafka.BalancerFunc(given),
		RequiredAcks: acks[q.Acks], Compression: codecs[q.Codec], BatchTimeout: 20 * time.Millisecond, Transport: transport()}
	var messages []kafka.Message
	for _, r := range q.Records {
		message := kafka.Message{Key: r.Key, Value: r.Value, Time: time.UnixMilli(r.Time), WriterData: r.Partition}
		for _, h := range r.Headers {
			message.Headers = append(message.Headers, kafka.Header{Key: h.name, Value: h.value})
		}
		messages = append(messages, message)
	}
	return errors.Join(writer.WriteMessages(ctx, messages...), writer.Close())
}

func read(ctx context.Context, reader *kafka.Reader, count int) ([]record, []kafka.Message, error) {
	records := []record{}
	var messages []kafka.Message
	for len(records) < count {
		reading, cancel := context.WithTimeout(ctx, 30*time.Second)
		m, err := reader.FetchMessage(reading)
		cancel()
		if err != nil {
			return nil, nil, fmt.Errorf("%d of %d records: %w", len(records), count, err)
		}
		one := record{int32(m.Partition), m.Offset, m.Time.UnixMilli(), m.Key, m.Value, []header{}}
		for _, h := range m.Headers {
			one.Headers = append(one.Headers, header{h.Key, h.Value})
		}
		records = append(records, one)
		messages = append(messages, m)
	}
	return records, messages, nil
}

func consume(ctx context.Context, q question) ([]record, error) {
	all := []record{}
	for partition := 0; partition < q.Partitions; partition++ {
		leader, err := kafka.DialLeader(ctx, "tcp", q.Brokers, q.Topic, partition)
		if err != nil {
			return nil, err
		}
		first, end, err := leader.ReadOffsets()
		if err = errors.Join(err, leader.Close()); err != nil {
			return nil, err
		}
		reader := kafka.NewReader(kafka.ReaderConfig{Brokers: []string{q.Brokers}, Topic: q.Topic, Partition: partition,
			MaxWait: time.Second})
		records, _, err := read(ctx, reader, int(end-first))
		if err = errors.Join(err, reader.Close()); err != nil {
			return nil, err
		}
		all = append(all, records...)
	}
	return all, nil
}

func learn(ctx context.Context, q question) ([]string, error) {
	writer := &kafka.Writer{Addr: kafka.TCP(q.Brokers), Topic: q.Topic, AllowAutoTopicCreation: true,
		BatchTimeout: 20 * time.Millisecond, Transport: transport()}
	for _, value := range q.Values {
		if err := writer.WriteMessages(ctx, kafka.Message{Value: []byte(value)}); err != nil {
			return nil, err
		}
	}
	if err := writer.Close(); err != nil {
		return nil, err
	}
	q.Partitions = 1
	records, err := consume(ctx, q)
	values := []string{}
	for _, r := range records {
		values = append(values, string(r.Value))
	}
	return values, err
}

func group(ctx context.Context, q question) ([]record, error) {
	reader := kafka.NewReader(kafka.ReaderConfig{Brokers: []string{q.Brokers}, Topic: q.Topic, GroupID: q.Group,
		StartOffset: kafka.FirstOffset, MaxWait: time.Second})
	records, messages, err := read(ctx, reader, q.Count)
	if err == nil {
		err = reader.CommitMessages(ctx, messages...)
	}
	return records, errors.Join(err, reader.Close())
}

func say(name string, value any) {
	text, _ := json.Marshal(map[string]any{name: value})
	fmt.Println(string(text))
}

func member(q question) error {
	reader := kafka.NewReader(kafka.ReaderConfig{Brokers: []string{q.Brokers}, Topic: q.Topic, GroupID: q.Group,
		StartOffset: kafka.FirstOffset, MaxWait: time.Second, SessionTimeout: 6 * time.Second,
		HeartbeatInterval: time.Second})
	for {
		m, err := reader.FetchMessage(context.Background())
		if err != nil {
			return err
		}
		say("read", [][2]int64{{int64(m.Partition), m.Offset}})
		if err := reader.CommitMessages(context.Background(), m); err != nil {
			say("lost", err.Error())
		} else {
			say("committed", true)
		}
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
