#include "core/storage/open_files.h"

#include <doctest/doctest.h>

#include <vector>

namespace spool::storage {

namespace {

struct Holder final : FileHolder {
  bool try_release_files() override {
    if (is_busy) return false;
    is_open = false;
    return true;
  }
  bool is_open = true;
  bool is_busy = false;
};

}  // namespace

TEST_CASE("open_files: the holder that was not used since the last round closes first") {
  OpenFiles files(3);
  Holder a, b, c, d, e;
  for (Holder* holder : {&a, &b, &c}) files.add(*holder);
  CHECK(files.count() == 3);
  files.add(d);  // all were just used: the marks go, then the oldest
  CHECK(!a.is_open);
  CHECK((b.is_open && c.is_open && d.is_open));
  b.mark_used();
  files.add(e);
  CHECK(b.is_open);
  CHECK(!c.is_open);
  CHECK(files.count() == 3);
  for (Holder* holder : {&b, &d, &e}) files.remove(*holder);
  files.remove(a);  // not there any more
  CHECK(files.count() == 0);
}

TEST_CASE("open_files: a busy holder is passed over, and when all are busy nobody waits") {
  OpenFiles files(2);
  Holder a, b, c, d;
  a.is_busy = true;
  for (Holder* holder : {&a, &b, &c}) files.add(*holder);
  CHECK(a.is_open);
  CHECK(!b.is_open);
  c.is_busy = true;
  files.add(d);
  CHECK(files.count() == 3);
  CHECK((a.is_open && c.is_open && d.is_open));
  for (Holder* holder : {&a, &c, &d}) files.remove(*holder);
}

}  // namespace spool::storage
