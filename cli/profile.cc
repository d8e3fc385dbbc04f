// The only file that includes toml++, which takes seconds to compile.

#include "cli/profile.h"

#include <unistd.h>

#include <climits>
#include <cstdlib>

#include "cli/command.h"
#include "cli/io/file_text.h"
#include "cli/options.h"
#include "core/base/text.h"

#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

namespace spool::cli {

namespace {

struct ProfileFile {
  std::string path;
  toml::table table;
};

Result<std::optional<ProfileFile>> read_profile_file(std::string path) {
  const auto text = read_file(path);
  if (!text && text.error().code() == ErrorCode::not_found) return std::optional<ProfileFile>();
  if (!text) return fail(text.error());
  toml::parse_result parsed = toml::parse(*text);
  if (parsed) return std::optional(ProfileFile{std::move(path), std::move(parsed).table()});
  const toml::parse_error& error = parsed.error();
  return usage_error(
      concat(path, ":", error.source().begin.line, ": ", std::string_view(error.description())));
}

/// .spool.toml here or in the nearest directory above.
Result<std::optional<ProfileFile>> read_project_file() {
  char here[PATH_MAX];
  if (::getcwd(here, sizeof here) == nullptr) return std::optional<ProfileFile>();
  std::string directory = here;
  for (;;) {
    std::string path = concat(directory == "/" ? "" : directory, "/.spool.toml");
    if (::access(path.c_str(), F_OK) == 0) return read_profile_file(std::move(path));
    if (directory == "/") return std::optional<ProfileFile>();
    directory.resize(std::max<size_t>(directory.rfind('/'), 1));
  }
}

Result<std::optional<ProfileFile>> read_user_file() {
  if (const char* base = std::getenv("XDG_CONFIG_HOME"); base != nullptr && *base != 0)
    return read_profile_file(concat(std::string_view(base), "/spool/profiles.toml"));
  if (const char* home = std::getenv("HOME"); home != nullptr && *home != 0)
    return read_profile_file(concat(std::string_view(home), "/.config/spool/profiles.toml"));
  return std::optional<ProfileFile>();
}

/// A path in a file is relative to the file.
std::string resolve(const ProfileFile& file, const std::string& path) {
  if (path.starts_with('/')) return path;
  return concat(file.path.substr(0, file.path.rfind('/') + 1), path);
}

/// Fills a profile from its table, key by key.
class ProfileReader {
 public:
  ProfileReader(const ProfileFile& file, std::string_view name) : file_(file) {
    profile_.origin = concat("profile '", name, "' of ", file.path);
  }

  Result<Profile> read(const toml::table& table) {
    for (const auto& [key, value] : table) TRY(take(key.str(), value));
    if (profile_.broker && profile_.dir)
      return usage_error(concat(profile_.origin, ": broker and dir are both set"));
    return std::move(profile_);
  }

 private:
  Status take(std::string_view key, const toml::node& value) {
    const auto text = value.value_exact<std::string>();
    const auto time = text ? parse_duration(*text) : std::nullopt;
    if (key == "set" && value.is_table()) return take_settings(*value.as_table());
    if (key == "broker" && text)
      profile_.broker = *text;
    else if (key == "dir" && text)
      profile_.dir = resolve(file_, *text);
    else if (key == "properties" && text)
      profile_.properties = resolve(file_, *text);
    else if (key == "timeout" && time)
      profile_.timeout = *time;
    else if (key == "connect-timeout" && time)
      profile_.connect_timeout = *time;
    else
      return wrong(key, value);
    return {};
  }

  Status take_settings(const toml::table& table) {
    for (const auto& [key, value] : table) {
      std::string text;
      if (const auto string = value.value_exact<std::string>())
        text = *string;
      else if (const auto number = value.value_exact<int64_t>())
        text = concat(*number);
      else if (const auto boolean = value.value_exact<bool>())
        text = concat(*boolean);
      else
        return wrong(key.str(), value);
      profile_.settings.emplace_back(key.str(), std::move(text));
    }
    return {};
  }

  std::unexpected<Error> wrong(std::string_view key, const toml::node& value) const {
    return usage_error(concat(file_.path, ":", value.source().begin.line, ": '", key,
                              "' is no setting of a profile, or its value has the wrong kind"));
  }

  const ProfileFile& file_;
  Profile profile_;
};

}  // namespace

Result<std::optional<Profile>> find_profile(const std::optional<std::string>& name) {
  TRY_ASSIGN(const auto project, read_project_file());
  TRY_ASSIGN(const auto user, read_user_file());
  std::optional<std::string> wanted = name;
  for (const auto* file : {&project, &user})
    if (!wanted && *file) wanted = (*file)->table["default"].value<std::string>();
  if (!wanted) return std::optional<Profile>();
  for (const auto* file : {&project, &user}) {
    if (!*file) continue;
    const toml::table* const table = (*file)->table["profiles"][*wanted].as_table();
    if (table == nullptr) continue;
    TRY_ASSIGN(Profile profile, ProfileReader(**file, *wanted).read(*table));
    return std::optional(std::move(profile));
  }
  return fail(ErrorCode::not_found,
              concat("there is no profile '", *wanted,
                     "' in .spool.toml, nor in ~/.config/spool/profiles.toml"));
}

}  // namespace spool::cli
