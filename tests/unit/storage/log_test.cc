#include "core/storage/log.h"

#include <doctest/doctest.h>

#include "tests/unit/storage/storage_fixture.h"

using namespace spool;
using namespace spool::storage;

TEST_CASE("log: appended batches are read back from a slice that starts at the batch asked for") {
  LogFixture t;
  auto log = t.open();
  CHECK(t.append(*log, 2).base_offset == Offset(0));
  CHECK(t.append(*log, 3).base_offset == Offset(2));
  CHECK(log->log_end_offset() == Offset(5));
  const auto read = log->read(Offset(3), Offset(5), 1 << 20, true);
  REQUIRE(read);
  CHECK(read->first_offset == Offset(2));
  CHECK_FALSE(read->is_from_older_segment);
  CHECK(t.base_offsets(*read) == std::vector<int64_t>{2});
}
