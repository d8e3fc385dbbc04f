#include "core/base/error.h"

#include <doctest/doctest.h>

#include <cerrno>

using namespace spool;

namespace {

Result<int> half(int n) {
  if (n % 2 != 0) return fail(ErrorCode::invalid_argument, "odd");
  return n / 2;
}

Result<int> quarter(int n) {
  TRY_ASSIGN(const int once, half(n));
  TRY(half(once));
  return half(once);
}

}  // namespace

TEST_CASE("error: text falls back to the code's name") {
  CHECK(Error(ErrorCode::offset_out_of_range).text() == "OFFSET_OUT_OF_RANGE");
  CHECK(Error(ErrorCode::corrupt_message, "bad crc").text() == "bad crc");
  CHECK(error_name(static_cast<ErrorCode>(999)) == "UNKNOWN_ERROR_CODE");
}

TEST_CASE("error: context stands in front and copies are independent") {
  const Error error(ErrorCode::io_error, "short read");
  const Error wrapped = error.with_context("orders-3");
  CHECK(wrapped.text() == "orders-3: short read");
  CHECK(wrapped.code() == ErrorCode::io_error);
  CHECK(error.text() == "short read");
  Error copy = wrapped;
  copy = Error(ErrorCode::none);
  CHECK(wrapped.text() == "orders-3: short read");
}

TEST_CASE("error: local codes travel as Kafka's") {
  CHECK(wire_code(ErrorCode::corrupt_message) == 2);
  CHECK(wire_code(ErrorCode::io_error) == 56);
  CHECK(wire_code(ErrorCode::timed_out) == 7);
  CHECK(wire_code(ErrorCode::parse_error) == 42);
  CHECK(wire_code(ErrorCode::locked) == -1);
}

TEST_CASE("error: errno maps to codes a caller acts on") {
  CHECK(errno_error(ENOENT, "open x").code() == ErrorCode::not_found);
  CHECK(errno_error(ENOSPC, "write x").code() == ErrorCode::out_of_space);
  CHECK(errno_error(EACCES, "open x").code() == ErrorCode::read_only);
  CHECK(errno_error(EIO, "read x").code() == ErrorCode::io_error);
  CHECK(errno_error(EIO, "read x").text().substr(0, 8) == "read x: ");
}

TEST_CASE("error: TRY and TRY_ASSIGN pass errors on") {
  CHECK(quarter(8) == 2);
  CHECK(quarter(6).error().text() == "odd");
  CHECK(quarter(3).error().code() == ErrorCode::invalid_argument);
}
