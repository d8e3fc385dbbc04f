#include "tests/support/fault_file_system.h"

#include <algorithm>
#include <cstring>

#include "core/base/text.h"

namespace spool::test {

using storage::OpenMode;

namespace {

constexpr size_t kPageBytes = 4096;

std::unexpected<Error> no_such(const std::string& path) { return fail(ErrorCode::not_found, path + ": no such file"); }

uint64_t below(std::mt19937_64& random, uint64_t bound) { return bound == 0 ? 0 : random() % bound; }

}  // namespace

struct FaultFileSystem::Node {
  // A file: what is seen, what is stable, and the writes between the two.
  struct Write {
    bool is_truncation;
    int64_t at;  // or the new size
    Buffer bytes;
  };
  Buffer bytes;
  Buffer stable_bytes;
  std::vector<Write> writes;
  bool is_locked = false;

  /// Makes the first so many writes stable; of the last of them only so many bytes.
  void stabilize(size_t count, size_t last_bytes_max) {
    for (size_t i = 0; i < count; ++i) {
      const Write& write = writes[i];
      if (write.is_truncation) {
        stable_bytes.resize(static_cast<size_t>(write.at));
        continue;
      }
      const size_t size = i + 1 == count ? std::min(last_bytes_max, write.bytes.size()) : write.bytes.size();
      const auto end = static_cast<size_t>(write.at) + size;
      if (stable_bytes.size() < end) stable_bytes.resize(end);
      std::copy_n(write.bytes.begin(), size, stable_bytes.begin() + write.at);
    }
  }

  // A directory: a change puts a node under a name, takes one away, or both (a rename).
  struct Change {
    std::string removed;
    std::string added;
    std::shared_ptr<Node> node;
  };
  bool is_directory = false;
  std::map<std::string, std::shared_ptr<Node>> entries;
  std::map<std::string, std::shared_ptr<Node>> stable_entries;
  std::vector<Change> changes;

  static void apply(std::map<std::string, std::shared_ptr<Node>>& entries, const Change& change) {
    if (!change.removed.empty()) entries.erase(change.removed);
    if (!change.added.empty()) entries[change.added] = change.node;
  }
  void change(Change what) {
    apply(entries, what);
    changes.push_back(std::move(what));
  }
};

class FaultFileSystem::OpenFile final : public storage::File {
 public:
  OpenFile(FaultFileSystem& fs, std::shared_ptr<Node> node, std::string path, bool is_writable)
      : fs_(fs), node_(std::move(node)), path_(std::move(path)), is_writable_(is_writable), generation_(fs.generation_) {}
  ~OpenFile() override {
    if (!holds_lock_) return;
    const std::lock_guard lock(fs_.mutex_);
    if (generation_ == fs_.generation_) node_->is_locked = false;
  }

  const std::string& path() const override { return path_; }
  int native_fd() const override { return -1; }

  Result<size_t> read_at(int64_t file_pos, MutableBytes into) const override {
    const std::lock_guard lock(fs_.mutex_);
    TRY(enter(Call::read));
    const auto size = static_cast<int64_t>(node_->bytes.size());
    const int64_t count = std::clamp<int64_t>(size - file_pos, 0, static_cast<int64_t>(into.size()));
    if (count > 0) std::memcpy(into.data(), node_->bytes.data() + file_pos, static_cast<size_t>(count));
    return static_cast<size_t>(count);
  }

  Result<int64_t> size() const override {
    const std::lock_guard lock(fs_.mutex_);
    if (generation_ != fs_.generation_) return fail(ErrorCode::io_error, path_ + ": of a process that is dead");
    return static_cast<int64_t>(node_->bytes.size());
  }

  Status write_at(int64_t file_pos, BytesView bytes) override {
    const std::lock_guard lock(fs_.mutex_);
    Status entered = enter(Call::write);
    if (!entered && entered.error().code() == ErrorCode::out_of_space) put(file_pos, bytes.first(bytes.size() / 2));
    TRY(entered);
    if (!is_writable_) return fail(ErrorCode::io_error, path_ + ": not open for writing");
    const int64_t grown = std::max<int64_t>(
        0, file_pos + static_cast<int64_t>(bytes.size()) - static_cast<int64_t>(node_->bytes.size()));
    const int64_t room = fs_.capacity_bytes_ - bytes_under(*fs_.root_);
    if (grown > std::max<int64_t>(room, 0)) {
      const int64_t fitting = static_cast<int64_t>(bytes.size()) - grown + std::max<int64_t>(room, 0);
      put(file_pos, bytes.first(static_cast<size_t>(std::max<int64_t>(fitting, 0))));
      return fail(ErrorCode::out_of_space, path_ + ": no space left on device");
    }
    put(file_pos, bytes);
    return {};
  }

  Status truncate(int64_t size_bytes) override {
    const std::lock_guard lock(fs_.mutex_);
    TRY(enter(Call::truncate));
    node_->bytes.resize(static_cast<size_t>(size_bytes));
    node_->writes.push_back({true, size_bytes, {}});
    return {};
  }

  // As Linux has it: a sync that fails says so once. The pages count as written from then on, and the next sync
  // succeeds without them.
  Status sync_data() override {
    const std::lock_guard lock(fs_.mutex_);
    Status entered = enter(Call::sync);
    if (entered) node_->stabilize(node_->writes.size(), SIZE_MAX);
    node_->writes.clear();
    return entered;
  }

  Result<bool> try_lock() override {
    const std::lock_guard lock(fs_.mutex_);
    if (node_->is_locked) return false;
    node_->is_locked = holds_lock_ = true;
    return true;
  }

 private:
  Status enter(Call call) const {
    if (generation_ != fs_.generation_) return fail(ErrorCode::io_error, path_ + ": of a process that is dead");
    return fs_.enter(call, path_);
  }
  void put(int64_t file_pos, BytesView bytes) {
    const auto end = static_cast<size_t>(file_pos) + bytes.size();
    if (node_->bytes.size() < end) node_->bytes.resize(end);
    std::copy(bytes.begin(), bytes.end(), node_->bytes.begin() + file_pos);
    node_->writes.push_back({false, file_pos, Buffer(bytes.begin(), bytes.end())});
  }

  FaultFileSystem& fs_;
  const std::shared_ptr<Node> node_;
  const std::string path_;
  const bool is_writable_;
  const uint64_t generation_;
  bool holds_lock_ = false;
};

FaultFileSystem::FaultFileSystem() : root_(std::make_shared<Node>()) { root_->is_directory = true; }
FaultFileSystem::~FaultFileSystem() = default;

void FaultFileSystem::set_fault(Fault fault) {
  const std::lock_guard lock(mutex_);
  fault_ = std::move(fault);
}

void FaultFileSystem::set_capacity(int64_t bytes) {
  const std::lock_guard lock(mutex_);
  capacity_bytes_ = bytes;
}

int64_t FaultFileSystem::used_bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_under(*root_);
}

int64_t FaultFileSystem::call_count() const {
  const std::lock_guard lock(mutex_);
  return call_count_;
}

Status FaultFileSystem::enter(Call call, const std::string& path) {
  ++call_count_;
  if (!fault_) return {};
  const ErrorCode code = fault_(call, path);
  if (code == ErrorCode::none) return {};
  return fail(code, concat(path, ": made to fail"));
}

int64_t FaultFileSystem::bytes_under(const Node& node) {
  int64_t total = static_cast<int64_t>(node.bytes.size());
  for (const auto& [name, child] : node.entries) total += bytes_under(*child);
  return total;
}

Result<FaultFileSystem::NodePtr> FaultFileSystem::find(const std::string& path) const {
  NodePtr node = root_;
  for (const std::string_view part : split(path, '/')) {
    if (part.empty()) continue;
    const auto found = node->entries.find(std::string(part));
    if (found == node->entries.end()) return no_such(path);
    node = found->second;
  }
  return node;
}

Result<FaultFileSystem::NodePtr> FaultFileSystem::parent_of(const std::string& path, std::string& name) const {
  const size_t slash = path.rfind('/');
  name = path.substr(slash + 1);
  TRY_ASSIGN(NodePtr parent, find(slash == path.npos ? "" : path.substr(0, slash)));
  if (!parent->is_directory) return no_such(path);
  return parent;
}

Result<std::shared_ptr<storage::File>> FaultFileSystem::open(const std::string& path, OpenMode mode) {
  const std::lock_guard lock(mutex_);
  TRY(enter(Call::open, path));
  std::string name;
  TRY_ASSIGN(const NodePtr parent, parent_of(path, name));
  const auto found = parent->entries.find(name);
  const bool is_missing = found == parent->entries.end();
  const bool makes = mode == OpenMode::create || mode == OpenMode::replace;
  if (is_missing && !makes) return no_such(path);
  if (is_missing) {
    TRY(enter(Call::make, path));
    parent->change({"", name, std::make_shared<Node>()});
  }
  const NodePtr node = parent->entries[name];
  if (node->is_directory) return fail(ErrorCode::io_error, path + ": is a directory");
  if (mode == OpenMode::replace && !node->bytes.empty()) {
    node->bytes.clear();
    node->writes.push_back({true, 0, {}});
  }
  return std::make_shared<OpenFile>(*this, node, path, mode != OpenMode::read);
}

Result<storage::FileInfo> FaultFileSystem::info(const std::string& path) {
  const std::lock_guard lock(mutex_);
  TRY_ASSIGN(const NodePtr node, find(path));
  return storage::FileInfo{.size_bytes = static_cast<int64_t>(node->bytes.size()),
                           .modified_ms = 0,
                           .is_directory = node->is_directory};
}

Result<std::vector<storage::DirectoryEntry>> FaultFileSystem::list(const std::string& directory) {
  const std::lock_guard lock(mutex_);
  TRY(enter(Call::read, directory));
  TRY_ASSIGN(const NodePtr node, find(directory));
  if (!node->is_directory) return no_such(directory);
  std::vector<storage::DirectoryEntry> entries;
  for (const auto& [name, child] : node->entries) entries.push_back({name, child->is_directory});
  return entries;
}

// Within one directory: nothing of ours moves a file between two.
Status FaultFileSystem::rename(const std::string& from, const std::string& to) {
  const std::lock_guard lock(mutex_);
  TRY(enter(Call::rename, from));
  std::string from_name, to_name;
  TRY_ASSIGN(const NodePtr parent, parent_of(from, from_name));
  TRY_ASSIGN(const NodePtr to_parent, parent_of(to, to_name));
  if (parent != to_parent) return fail(ErrorCode::io_error, from + ": renamed into another directory");
  const auto found = parent->entries.find(from_name);
  if (found == parent->entries.end()) return no_such(from);
  if (from_name == to_name) return {};
  const NodePtr node = found->second;
  parent->change({from_name, to_name, node});
  return {};
}

Status FaultFileSystem::remove(const std::string& path, bool is_directory) {
  const std::lock_guard lock(mutex_);
  TRY(enter(Call::remove, path));
  std::string name;
  TRY_ASSIGN(const NodePtr parent, parent_of(path, name));
  const auto found = parent->entries.find(name);
  if (found == parent->entries.end()) return no_such(path);
  if (found->second->is_directory != is_directory || (is_directory && !found->second->entries.empty()))
    return fail(ErrorCode::io_error, path + ": cannot be removed");
  parent->change({name, "", nullptr});
  return {};
}

Status FaultFileSystem::remove_file(const std::string& path) { return remove(path, false); }
Status FaultFileSystem::remove_directory(const std::string& path) { return remove(path, true); }

Status FaultFileSystem::make_directory(const std::string& path) {
  const std::lock_guard lock(mutex_);
  TRY(enter(Call::make, path));
  std::string name;
  TRY_ASSIGN(const NodePtr parent, parent_of(path, name));
  if (parent->entries.contains(name)) return fail(ErrorCode::already_exists, path + ": exists");
  auto node = std::make_shared<Node>();
  node->is_directory = true;
  parent->change({"", name, std::move(node)});
  return {};
}

Status FaultFileSystem::sync_directory(const std::string& path) {
  const std::lock_guard lock(mutex_);
  TRY(enter(Call::sync, path));
  TRY_ASSIGN(const NodePtr node, find(path));
  node->stable_entries = node->entries;
  node->changes.clear();
  return {};
}

void FaultFileSystem::kill_processes() {
  const std::lock_guard lock(mutex_);
  ++generation_;
  const std::function<void(Node&)> unlock = [&](Node& node) {
    node.is_locked = false;
    for (const auto& [name, child] : node.entries) unlock(*child);
  };
  unlock(*root_);
}

void FaultFileSystem::cut_power(std::mt19937_64& random) {
  kill_processes();
  const std::lock_guard lock(mutex_);
  cut_names(*root_, random);
}

void FaultFileSystem::cut_names(Node& directory, std::mt19937_64& random) {
  const uint64_t kept = below(random, directory.changes.size() + 1);
  directory.entries = directory.stable_entries;
  for (uint64_t i = 0; i < kept; ++i) Node::apply(directory.entries, directory.changes[i]);
  directory.stable_entries = directory.entries;
  directory.changes.clear();
  for (const auto& [name, child] : directory.entries) {
    if (child->is_directory)
      cut_names(*child, random);
    else
      cut_bytes(*child, random);
  }
}

void FaultFileSystem::cut_bytes(Node& file, std::mt19937_64& random) {
  const uint64_t kind = file.writes.empty() ? 0 : below(random, 4);
  const Buffer before = file.stable_bytes;
  if (kind == 1 || kind == 2) file.stabilize(file.writes.size(), SIZE_MAX);
  if (kind == 2) {  // the new size, and pages in any order
    for (size_t at = 0; at < file.stable_bytes.size(); at += kPageBytes)
      if (below(random, 2) == 0)
        for (size_t i = at; i < std::min(at + kPageBytes, file.stable_bytes.size()); ++i)
          file.stable_bytes[i] = i < before.size() ? before[i] : 0;
  }
  if (kind == 3) {  // the first so many writes, the last one torn
    const size_t count = below(random, file.writes.size() + 1);
    file.stabilize(count, count == 0 ? 0 : below(random, file.writes[count - 1].bytes.size() + 1));
  }
  file.bytes = file.stable_bytes;
  file.writes.clear();
}

std::map<std::string, std::string> FaultFileSystem::files() const {
  const std::lock_guard lock(mutex_);
  std::map<std::string, std::string> out;
  const std::function<void(const Node&, const std::string&)> walk = [&](const Node& node, const std::string& path) {
    for (const auto& [name, child] : node.entries) {
      const std::string child_path = concat(path, '/', name);
      if (child->is_directory)
        walk(*child, child_path);
      else
        out[child_path].assign(child->bytes.begin(), child->bytes.end());
    }
  };
  walk(*root_, "");
  return out;
}

}  // namespace spool::test
