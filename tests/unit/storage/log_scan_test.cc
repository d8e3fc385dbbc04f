#include "core/storage/log_scan.h"

#include "core/storage/epoch_order.h"
#include "core/storage/offset_order.h"
#include "tests/unit/storage/storage_fixture.h"

namespace spool::storage {

namespace {

/// A file of batches of three records each at offsets 0, 3, 6...; 100-odd bytes a batch.
struct ScanFixture {
  ScratchDirectory scratch;
  PosixFileSystem fs;
  Buffer bytes;
  std::vector<int64_t> starts;
  bool is_overlapping = false;

  explicit ScanFixture(int count) {
    for (int i = 0; i < count; ++i) add(i * 3);
  }
  void add(int64_t base_offset) {
    starts.push_back(static_cast<int64_t>(bytes.size()));
    append(bytes, make_batch({.count = 3, .base_offset = base_offset}));
  }
  int64_t batch_bytes() const { return starts[1]; }

  std::shared_ptr<File> file() {
    const std::string path = scratch.path + "/00000000000000000000.log";
    auto opened = fs.open(path, OpenMode::replace);
    REQUIRE(opened);
    REQUIRE((*opened)->write_at(0, bytes));
    return *opened;
  }

  /// "0+ 3+ crc:102" ...: base offsets of whole entries, damage with its size.
  std::string scan(const ScanOptions& options = {}) {
    const auto opened = file();
    auto scan = LogScan::open(*opened, options);
    REQUIRE(scan);
    std::string out;
    int64_t end = 0;
    for (;;) {
      const auto item = scan->next();
      REQUIRE(item);
      if (!*item) break;
      CHECK(((*item)->file_pos == end || (is_overlapping && (*item)->is_whole())));
      end = (*item)->end_pos();
      append_text(out, out.empty() ? "" : " ");
      if ((*item)->is_whole()) {
        CHECK(is_entry_valid((*item)->header, (*item)->bytes));
        append_text(out, (*item)->header.base_offset.value, (*item)->is_size_restored ? "s" : "",
                    (*item)->is_magic_restored ? "m" : "");
      } else {
        constexpr const char* kNames[] = {"",    "crc",  "undersized", "frame",
                                          "cut", "zero", "garbage"};
        append_text(out, kNames[static_cast<int>((*item)->damage)], ':', (*item)->size_bytes);
      }
    }
    CHECK(end == static_cast<int64_t>(bytes.size()));
    return out;
  }
};

}  // namespace

TEST_CASE("log_scan: whole batches come one after the other") {
  ScanFixture t(4);
  CHECK(t.scan() == "0 3 6 9");
}

TEST_CASE("log_scan: a flipped byte of a payload damages its batch alone") {
  ScanFixture t(4);
  t.bytes[static_cast<size_t>(t.starts[1]) + 70] ^= 1;
  CHECK(t.scan() == concat("0 crc:", t.batch_bytes(), " 6 9"));
}

TEST_CASE("log_scan: a size field that was changed is put right by the checksum") {
  ScanFixture t(5);
  SUBCASE("too small") { t.bytes[static_cast<size_t>(t.starts[1]) + 11] = 60; }
  SUBCASE("beyond the end") { t.bytes[static_cast<size_t>(t.starts[1]) + 8] = 0x40; }
  SUBCASE("negative") { t.bytes[static_cast<size_t>(t.starts[1]) + 8] = 0xff; }
  SUBCASE("over the next batch, to where another begins") {
    store_be(t.bytes.data() + t.starts[1] + 8, static_cast<int32_t>(2 * t.batch_bytes() - 12));
  }
  CHECK(t.scan() == "0 3s 6 9 12");
}

TEST_CASE("log_scan: a size field of the last batch is put right by the end of the file") {
  ScanFixture t(3);
  t.bytes[static_cast<size_t>(t.starts[2]) + 10] ^= 0x10;
  CHECK(t.scan() == "0 3 6s");
}

TEST_CASE("log_scan: a magic byte that was changed is put right by the checksum") {
  ScanFixture t(3);
  SUBCASE("3") { t.bytes[static_cast<size_t>(t.starts[1]) + 16] = 3; }
  SUBCASE("0") { t.bytes[static_cast<size_t>(t.starts[1]) + 16] = 0; }
  SUBCASE("negative") { t.bytes[static_cast<size_t>(t.starts[1]) + 16] = 0x82; }
  CHECK(t.scan() == "0 3m 6");
}

TEST_CASE("log_scan: after zeros the next whole batch is found") {
  ScanFixture t(6);
  const auto from = static_cast<size_t>(t.starts[1]) + 10,
             to = static_cast<size_t>(t.starts[3]) + 20;
  std::fill(t.bytes.begin() + static_cast<long>(from), t.bytes.begin() + static_cast<long>(to),
            uint8_t{0});
  CHECK(t.scan() == concat("0 frame:", 3 * t.batch_bytes(), " 12 15"));
}

TEST_CASE("log_scan: tails that are no batches") {
  ScanFixture t(2);
  SUBCASE("cut") {
    t.bytes.resize(t.bytes.size() - 10);
    CHECK(t.scan() == concat("0 cut:", t.batch_bytes() - 10));
  }
  SUBCASE("cut inside the header") {
    t.bytes.resize(static_cast<size_t>(t.starts[1]) + 15);
    CHECK(t.scan() == "0 cut:15");
  }
  SUBCASE("zeros") {
    t.bytes.resize(t.bytes.size() + 4096);
    CHECK(t.scan() == "0 3 zero:4096");
  }
  SUBCASE("garbage") {
    t.bytes.insert(t.bytes.end(), 777, uint8_t{0x5a});
    CHECK(t.scan() == "0 3 garbage:777");
  }
}

TEST_CASE("log_scan: a batch that is a record's value is not taken for one of the log") {
  // The value of the damaged batch's record is a whole batch with offsets that would fit.
  const Buffer inner = make_batch({.count = 1, .base_offset = 5, .leader_epoch = 7});
  ScanFixture t(1);
  Buffer outer = batch_header({.count = 1, .base_offset = 3}, 0, 1);
  append_record(outer, 0, as_bytes("k"), inner);
  seal(outer);
  outer[17] ^= 1;
  const size_t outer_size = outer.size();
  append(t.bytes, outer);
  SUBCASE("behind it a batch") {
    t.add(6);
    CHECK(t.scan() == concat("0 crc:", outer_size, " 6"));
  }
  SUBCASE("behind it nothing") { CHECK(t.scan() == concat("0 crc:", outer_size)); }
}

TEST_CASE("log_scan: a batch whose beginning is also the end of a copy is found") {
  // A batch ends with a zero, a base offset begins with zeros: a copy may share them.
  ScanFixture t(4);
  const auto n = static_cast<long>(t.batch_bytes());
  std::copy_n(Buffer(t.bytes).begin(), n, t.bytes.begin() + n + 1);
  t.is_overlapping = true;
  CHECK(t.scan() == "0 frame:1 0 6 9");
}

TEST_CASE("log_scan: a file that shrinks or grows while it is read ends where it ends") {
  ScanFixture t(4000);
  REQUIRE(t.bytes.size() > LogScan::kWindowBytes);
  const auto file = t.file();
  auto scan = LogScan::open(*file, {});
  REQUIRE(scan);
  int64_t whole = 0, end = 0, kept = 4000;
  for (bool is_first = true;; is_first = false) {
    const auto item = scan->next();
    REQUIRE(item);
    if (!*item) break;
    whole += (*item)->is_whole();
    end = (*item)->end_pos();
    if (!is_first) continue;
    SUBCASE("shrinks") {
      kept = 3500;
      REQUIRE(file->truncate(t.starts[3500]));
    }
    SUBCASE("grows") { REQUIRE(file->write_at(static_cast<int64_t>(t.bytes.size()), t.bytes)); }
  }
  CHECK(whole == kept);
  CHECK(end == static_cast<int64_t>(t.bytes.size()));  // of which it was told when it was opened
}

TEST_CASE("log_scan: an empty file has nothing, a short one no batch") {
  ScanFixture t(0);
  CHECK(t.scan() == "");
  t.bytes = Buffer(17, 1);
  CHECK(t.scan() == "garbage:17");
}

TEST_CASE("offset_order: a copy is told from a base offset that was changed") {
  const ScanOptions bounds;
  const auto entry = [](int64_t base, uint32_t crc) {
    return OrderedEntry{base * 10, Offset(base), Offset(base + 2), crc};
  };
  const auto kinds = [&](const std::vector<OrderedEntry>& entries) {
    std::string out;
    for (const OrderDecision& decision : decide_order(entries, bounds))
      append_text(out, decision.base_offset.value,
                  decision.kind == OrderDecision::Kind::duplicate ? "d" : "",
                  decision.kind == OrderDecision::Kind::rebase
                      ? concat("=", decision.fixed_offset.value)
                      : "",
                  decision.kind == OrderDecision::Kind::move ? "m" : "", ' ');
    return out;
  };
  CHECK(kinds({entry(0, 1), entry(3, 2), entry(6, 3)}) == "");
  CHECK(kinds({entry(0, 1), entry(3, 2), entry(3, 2), entry(6, 3)}) == "3d ");
  CHECK(kinds({entry(0, 1), entry(3, 2), entry(0, 3), entry(9, 4)}) == "0=6 ");
  CHECK(kinds({entry(0, 1), entry(1003, 2), entry(6, 3), entry(9, 4)}) == "1003=3 ");
  // A later page over an earlier one: what follows in order outweighs it.
  CHECK(kinds({entry(0, 1), entry(9, 4), entry(6, 3), entry(9, 4), entry(12, 5)}) == "9d ");
  CHECK(kinds({entry(0, 1), entry(3, 2), entry(1, 9)}) == "1 ");
  // Of two that overlap, the one that leaves a hole of exactly the other's size is true.
  CHECK(kinds({entry(0, 1), entry(4, 2), entry(6, 3), entry(9, 4)}) == "4=3 ");
  CHECK(kinds({entry(0, 1), entry(6, 2), entry(6, 3), entry(9, 4)}) == "6=3 ");
  CHECK(kinds({entry(0, 1), entry(3, 3), entry(3, 2), entry(9, 4)}) == "3=6 ");
  // That holds also where something else is gone beside it: offsets 3 to 5 here.
  CHECK(kinds({entry(0, 1), entry(6, 2), entry(8, 3), entry(12, 4)}) == "8=9 ");
  // Neighbours that fill a hole together.
  CHECK(kinds({entry(0, 1), entry(70, 2), entry(1, 3), entry(9, 4)}) == "70=3 1=6 ");
  CHECK(kinds({entry(0, 1), entry(70, 2), entry(1, 3), entry(12, 4)}) == "70m 1 ");
  // A page ended inside of a header: the body of offset 3 has the base offset 9.
  CHECK(kinds({entry(0, 1), entry(3, 2), entry(6, 3), entry(9, 2), entry(6, 3), entry(9, 4),
               entry(12, 5)}) == "9d 6d ");
  // What nobody else has goes where it belongs, though a copied page outweighs it.
  CHECK(kinds({entry(0, 1), entry(30, 2), entry(33, 3), entry(36, 4), entry(12, 5),
               entry(15, 6)}) == "12m 15m ");
  CHECK(kinds({entry(0, 1), entry(30, 2), entry(33, 3), entry(12, 5), entry(13, 6)}) == "12m 13 ");
}

TEST_CASE("epoch_order: what most batches say is right, and of equals what changes least") {
  const auto right = [](const std::vector<int32_t>& epochs) {
    std::vector<EpochRun> runs;
    for (const int32_t epoch : epochs)
      runs.push_back({.leader_epoch = LeaderEpoch(epoch), .batches_count = 1});
    decide_epochs(runs);
    std::string out;
    for (const EpochRun& run : runs) append_text(out, run.right_epoch.value, ' ');
    return out;
  };
  CHECK(right({0, 1, 1, 4}) == "0 1 1 4 ");
  CHECK(right({0, 7, 1, 4}) == "0 0 1 4 ");
  CHECK(right({9, 1, 1, 4}) == "1 1 1 4 ");
  CHECK(right({3, 1, 3, 3}) == "3 3 3 3 ");  // not 1 1 3 3
  CHECK(right({0, 3, 1, 3, 5}) == "0 3 3 3 5 ");
  CHECK(right({3, 3, 8, 3}) == "3 3 3 3 ");
}

}  // namespace spool::storage
