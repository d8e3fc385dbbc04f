#include "cli/context.h"

#include <unistd.h>

#include "core/base/check.h"

namespace spool::cli {

namespace {

/// One line from the terminal, without its end. Not through stdio: what follows the answer stays
/// for whoever reads next.
std::string read_line(int fd) {
  std::string line;
  char c = 0;
  while (line.size() < 1024 && ::read(fd, &c, 1) == 1 && c != '\n') line += c;
  return line;
}

}  // namespace

Exit exit_of(const Error& error) {
  switch (error.code()) {
    case ErrorCode::timed_out:
    case ErrorCode::request_timed_out:
      return Exit::timed_out;
    case ErrorCode::invalid_argument:
      return Exit::usage;
    default:
      return Exit::failed;
  }
}

void Context::show_status(std::string_view text) {
  if (!shows_status() || (text.empty() && !has_status_)) return;
  err_.write(concat("\r", text, "\x1b[K"));
  has_status_ = !text.empty();
  (void)err_.flush();
}

void Context::note(std::string_view text) {
  if (args_.flag("quiet")) return;
  show_status("");
  err_.line(text);
  (void)err_.flush();
}

void Context::complain(std::string_view text) {
  show_status("");
  err_.line(concat("spool: ", text));
  (void)err_.flush();
}

void Context::draw(std::string_view text) {
  err_.write(text);
  (void)err_.flush();
}

Status Context::print(Table& table) {
  const auto form = parse_output_form(args_.text("output"));
  CHECK(form.has_value());
  if (const auto columns = args_.value("columns")) TRY(table.select(*columns));
  table.print(out_, *form, !args_.flag("no-header"));
  return out_.flush();
}

void Context::show_plan(const Table& plan) {
  plan.print(err_, OutputForm::text, true);
  (void)err_.flush();
}

Result<std::optional<Exit>> Context::announce(Table& plan) {
  if (!args_.flag("dry-run")) return std::optional<Exit>();
  TRY(print(plan));
  note("Nothing was done (--dry-run).");
  return std::optional(Exit::done);
}

Result<std::optional<Exit>> Context::confirm(Table& plan, std::string_view question) {
  if (args_.flag("dry-run")) return announce(plan);
  if (args_.flag("yes")) {
    if (!args_.flag("quiet")) show_plan(plan);
    return std::optional<Exit>();
  }
  show_plan(plan);
  if (::isatty(STDIN_FILENO) != 1 || !err_.is_terminal()) {
    complain("nothing was done: there is nobody to ask; add --yes to go on");
    return std::optional(Exit::usage);
  }
  err_.write(concat(question, " [y/N] "));
  (void)err_.flush();
  const std::string answer = to_lower(trim(read_line(STDIN_FILENO)));
  if (answer == "y" || answer == "yes") return std::optional<Exit>();
  note("Nothing was done.");
  return std::optional(Exit::failed);
}

}  // namespace spool::cli
