#include "broker/broker.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "broker/group/service.h"
#include "broker/local_channel.h"
#include "broker/maintenance.h"
#include "broker/metadata/features.h"
#include "broker/metadata/identity.h"
#include "broker/metadata/store.h"
#include "broker/metrics/metrics_server.h"
#include "broker/metrics/metrics_text.h"
#include "broker/quota/quota_follower.h"
#include "broker/server.h"
#include "broker/telemetry/client_telemetry.h"
#include "broker/topics/compactor.h"
#include "broker/topics/fetch_session.h"
#include "broker/topics/producer_ids.h"
#include "broker/topics/purgatory.h"
#include "broker/topics/topic_table.h"
#include "broker/topics/topic_view.h"
#include "broker/topics/validator_pool.h"
#include "broker/txn/service.h"
#include "core/base/random.h"
#include "core/base/text.h"
#include "core/net/local_socket.h"
#include "core/storage/data_directory.h"

namespace spool::broker {

namespace {

/// Recovery and the like; more threads than cores, since they wait for the disk.
constexpr int kWorkersMax = 8;

/// Partitions that may keep files open between uses: each has up to two, and as many descriptors again are for clients.
size_t open_logs_max() {
  constexpr rlim_t kMin = 16, kMax = 4096;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return kMin;
  return static_cast<size_t>(std::clamp<rlim_t>(limit.rlim_cur / 4, kMin, kMax));
}

int32_t random_session_id() {
  uint8_t bytes[4];
  fill_random(bytes);
  return load_be<int32_t>(bytes) & INT32_MAX;
}

QuotaWindows quota_windows(const BrokerConfig& config, std::string_view prefix) {
  return {static_cast<int>(config.integer(concat(prefix, ".window.num"))),
          std::chrono::seconds(config.integer(concat(prefix, ".window.size.seconds")))};
}

/// The name other machines know this one by, for a listener on every address.
std::string machine_name() {
  char name[256] = {};
  return ::gethostname(name, sizeof name - 1) == 0 && name[0] != 0 ? name : "localhost";
}

int16_t protocol_number(std::string_view protocol) {
  if (protocol == "SSL") return 1;
  if (protocol == "SASL_PLAINTEXT") return 2;
  if (protocol == "SASL_SSL") return 3;
  return 0;
}

/// Who follows the metadata log, in the order in which they are told.
class MetadataFollowers final : public MetadataListener {
 public:
  MetadataFollowers(TopicTable& topics, QuotaFollower& quotas, group::Service& groups,
                    txn::Service& transactions)
      : topics_(topics), quotas_(quotas), groups_(groups), transactions_(transactions) {}
  void on_metadata_change(const MetadataDelta& delta) override {
    topics_.on_metadata_change(delta);
    quotas_.on_metadata_change(delta);
    groups_.on_metadata_change(delta);
    transactions_.on_metadata_change(delta);
  }

 private:
  TopicTable& topics_;
  QuotaFollower& quotas_;
  group::Service& groups_;
  txn::Service& transactions_;
};

class BrokerImpl final : public Broker {
 public:
  BrokerImpl(storage::FileSystem& fs, const Clock& clock, Logger& logger, Options options)
      : fs_(fs),
        clock_(clock),
        loggers_(logger, options.log_threshold),
        options_(std::move(options)) {}
  ~BrokerImpl() override { (void)stop(); }

  Status start();
  const std::vector<Endpoint>& endpoints() const override { return endpoints_; }
  const std::string& cluster_id() const override { return identity_.cluster_id; }
  std::unique_ptr<net::Transport> connect() override { return connect_locally(*services_, *loops_.front()); }
  Status stop() override;

 private:
  Status open_directory();
  Status open_metadata();
  void bind_neighbour_socket();
  Status bind_listeners();
  Status bind_metrics();
  void name_endpoints();
  Status take_office();
  Status load_topics();
  void start_loops();
  void start_coordinators();
  void make_server();
  void serve();
  void serve_neighbours();
  void serve_metrics();
  Status close_storage();

  bool is_read_only() const { return options_.access == Access::read; }
  bool is_serving() const { return options_.access == Access::serve; }
  const BrokerConfig& config() const { return options_.config; }
  int64_t effective(std::string_view name) const;

  storage::FileSystem& fs_;
  const Clock& clock_;
  Loggers loggers_;
  const Options options_;

  // In the order in which they are made; what stands below uses what stands above.
  std::unique_ptr<storage::DataDirectory> directory_;
  std::unique_ptr<MetadataStore> metadata_;
  Identity identity_;
  std::vector<ListenerAddress> listeners_;
  std::vector<int> listening_descriptors_;  // bound and not yet handed to the server
  int neighbour_descriptor_ = -1;           // the same for kNeighbourSocket
  int metrics_descriptor_ = -1;             // the same for /metrics
  std::vector<Endpoint> endpoints_;
  net::WorkerPool workers_{kWorkersMax};
  storage::OpenFiles open_files_{open_logs_max()};
  std::unique_ptr<TopicTable> topics_;
  std::unique_ptr<FetchSessionCache> fetch_sessions_;
  std::unique_ptr<ProducerIdAllocator> producer_ids_;
  Purgatory purgatory_;
  ValidatorPool validators_;
  std::vector<std::unique_ptr<net::EventLoop>> loops_;
  std::unique_ptr<ClientQuotas> quotas_;
  ClientTelemetry telemetry_;
  std::unique_ptr<QuotaFollower> quota_follower_;
  std::unique_ptr<group::Service> groups_;
  std::unique_ptr<txn::Service> transactions_;
  std::unique_ptr<MetadataFollowers> followers_;
  std::unique_ptr<Services> services_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<Maintenance> maintenance_;
  std::unique_ptr<Compactor> compactor_;
  std::unique_ptr<MetricsServer> metrics_;
};

Status BrokerImpl::start() {
  TRY(open_directory());
  if (!is_read_only()) bind_neighbour_socket();
  if (is_serving()) {
    TRY(bind_listeners());
    TRY(bind_metrics());
  }
  name_endpoints();
  TRY(open_metadata());
  if (!is_read_only()) TRY(take_office());
  TRY(load_topics());
  start_loops();
  if (is_read_only()) return {};
  make_server();
  if (is_serving()) serve();
  serve_neighbours();
  return {};
}

Status BrokerImpl::open_directory() {
  using Directory = storage::DataDirectory;
  const auto access = is_read_only() ? Directory::Access::read : Directory::Access::write;
  TRY_ASSIGN(directory_, Directory::open(fs_, clock_, loggers_.of(Loggers::log_manager),
                                         options_.data_dir, access));
  std::optional<int32_t> node_id_given;
  if (config().given("node.id") || config().given("broker.id")) node_id_given = config().node_id();
  // To be read, a directory need not say whose it is: a copy, or what is left of a dead node.
  if (is_read_only() && !directory_->meta()) {
    identity_.node_id = config().node_id();
    return {};
  }
  TRY_ASSIGN(identity_, ensure_identity(*directory_, node_id_given, std::nullopt, fill_random));
  return {};
}

Status BrokerImpl::open_metadata() {
  MetadataStoreOptions options;
  options.path = options_.data_dir;
  options.node_id = identity_.node_id;
  options.directory_id = identity_.directory_id;
  options.is_read_only = is_read_only();
  options.snapshot_interval_bytes = config().integer("metadata.log.max.record.bytes.between.snapshots");
  options.retention_bytes = config().integer("metadata.max.retention.bytes");
  TRY_ASSIGN(metadata_, MetadataStore::open(fs_, clock_, loggers_.of(Loggers::metadata),
                                            fill_random, std::move(options)));
  return {};
}

// Before anything that takes long, so that who finds the directory locked finds the socket, too, and waits there.
void BrokerImpl::bind_neighbour_socket() {
  const auto descriptor = net::listen_in_directory(options_.data_dir, kNeighbourSocket);
  if (descriptor)
    neighbour_descriptor_ = *descriptor;
  else  // a file system without sockets; alone, the directory works all the same
    loggers_.of(Loggers::network).warn(descriptor.error().text());
}

Status BrokerImpl::bind_listeners() {
  const std::vector<std::string> controller_names =
      config().value("controller.listener.names") ? config().list("controller.listener.names")
                                                   : std::vector<std::string>{};
  const auto backlog = static_cast<int>(config().integer("socket.listen.backlog.size"));
  for (const ListenerAddress& listener : config().listeners()) {
    // The controller listener of a server.properties made for Kafka: there is no quorum to talk to.
    if (std::ranges::find(controller_names, listener.name) != controller_names.end()) continue;
    if (listener.protocol != "PLAINTEXT")
      return fail(ErrorCode::unsupported, concat("listener ", listener.name, ": ", listener.protocol,
                                                 " is not supported, only PLAINTEXT is"));
    listeners_.push_back(listener);
    TRY_ASSIGN(const int descriptor,
               Server::bind(listener.host, listener.port, backlog, &listeners_.back().port));
    listening_descriptors_.push_back(descriptor);
  }
  if (listeners_.empty()) return fail(ErrorCode::invalid_config, "listeners names no listener for clients");
  return {};
}

// What was altered at run time holds for the next start, too.
int64_t BrokerImpl::effective(std::string_view name) const {
  const auto image = metadata_->read();
  const ConfigView view(config(), image->configs(ConfigResourceType::broker, std::to_string(identity_.node_id)),
                        image->configs(ConfigResourceType::broker, ""));
  return view.broker_integer(name);
}

Status BrokerImpl::bind_metrics() {
  const std::string address = config().text("spool.metrics.listener");
  if (address.empty()) return {};
  const size_t colon = address.rfind(':');
  const auto port = colon == std::string::npos ? std::nullopt
                                               : parse_int<uint16_t>(std::string_view(address).substr(colon + 1));
  if (!port)
    return fail(ErrorCode::invalid_config, concat("spool.metrics.listener: '", address, "' is not host:port"));
  constexpr int kBacklog = 16;
  uint16_t bound_port = 0;
  TRY_ASSIGN(metrics_descriptor_, Server::bind(address.substr(0, colon), *port, kBacklog, &bound_port));
  loggers_.of(Loggers::network)
      .info(concat("metrics: http://", address.substr(0, colon), ':', bound_port, "/metrics"));
  return {};
}

void BrokerImpl::name_endpoints() {
  for (const ListenerAddress& listener : listeners_) {
    Endpoint endpoint{listener.name, listener.host, listener.port, protocol_number(listener.protocol)};
    const auto& advertised = config().advertised_listeners();
    const auto named = std::ranges::find(advertised, listener.name, &ListenerAddress::name);
    if (config().given("advertised.listeners") && named != advertised.end()) {
      endpoint.host = named->host;
      if (named->port != 0) endpoint.port = named->port;
    }
    if (endpoint.host.empty() || endpoint.host == "0.0.0.0" || endpoint.host == "::") endpoint.host = machine_name();
    endpoints_.push_back(std::move(endpoint));
  }
  if (endpoints_.empty()) endpoints_.push_back({"PLAINTEXT", "localhost", 9092, 0});
}

Status BrokerImpl::take_office() {
  BrokerRegistration registration;
  for (const Endpoint& endpoint : endpoints_)
    registration.endpoints.push_back(
        {endpoint.listener_name, endpoint.host, static_cast<uint16_t>(endpoint.port), endpoint.security_protocol});
  registration.rack = broker_rack(config());
  for (const SupportedFeature& feature : kSupportedFeatures)
    if (feature.name != kMetadataVersionFeature)
      registration.features.push_back(
          {std::string(feature.name), {feature.min_level, feature.max_level}});
  return metadata_->activate(std::move(registration));
}

Status BrokerImpl::load_topics() {
  Replica::Environment environment{fs_,         clock_,      loggers_.of(Loggers::logs),
                                   *directory_, fill_random, effective("producer.id.expiration.ms"),
                                   &open_files_};
  topics_ = std::make_unique<TopicTable>(std::move(environment), config(), *metadata_);
  metadata_->set_listener(topics_.get());
  return topics_->load(workers_);
}

void BrokerImpl::start_loops() {
  const int64_t loops_wanted = is_serving() ? effective("num.network.threads") : 1;
  const int64_t cores = std::max<int64_t>(1, std::thread::hardware_concurrency());
  for (int64_t i = 0; i < std::min(loops_wanted, cores); ++i) loops_.push_back(std::make_unique<net::EventLoop>());
  const auto session_slots = config().integer("max.incremental.fetch.session.cache.slots");
  fetch_sessions_ =
      std::make_unique<FetchSessionCache>(clock_, static_cast<size_t>(session_slots), random_session_id);
  producer_ids_ = std::make_unique<ProducerIdAllocator>(*metadata_);
  quotas_ = std::make_unique<ClientQuotas>(quota_windows(config(), "quota"), quota_windows(config(), "controller.quota"));
  quota_follower_ = std::make_unique<QuotaFollower>(*metadata_, *quotas_);
  for (const auto& loop : loops_) loop->start();
  start_coordinators();
  services_.reset(new Services{clock_,
                               loggers_.of(Loggers::requests),
                               loggers_,
                               config(),
                               *metadata_,
                               *topics_,
                               *fetch_sessions_,
                               purgatory_,
                               validators_,
                               *producer_ids_,
                               *quotas_,
                               telemetry_,
                               *groups_,
                               *transactions_,
                               workers_,
                               api_table(),
                               endpoints_,
                               identity_.node_id,
                               identity_.cluster_id,
                               options_.data_dir,
                               is_read_only()});
}

void BrokerImpl::start_coordinators() {
  const auto parts_for = [&](Loggers::Part part) {
    coordinator::Parts parts{clock_,
                             loggers_.of(part),
                             config(),
                             *metadata_,
                             *topics_,
                             workers_,
                             fill_random,
                             {},
                             identity_.node_id,
                             is_read_only(),
                             is_serving()};
    for (const auto& loop : loops_) parts.loops.push_back(loop.get());
    return parts;
  };
  groups_ = std::make_unique<group::Service>(parts_for(Loggers::groups));
  transactions_ =
      std::make_unique<txn::Service>(parts_for(Loggers::transactions), *producer_ids_, *groups_);
  followers_ = std::make_unique<MetadataFollowers>(*topics_, *quota_follower_, *groups_, *transactions_);
  metadata_->set_listener(followers_.get());
  groups_->start();
  transactions_->start();
}

void BrokerImpl::make_server() {
  ServerLimits limits;
  limits.request_bytes_max = config().integer("socket.request.max.bytes");
  limits.queued_request_bytes_max = config().integer("queued.max.request.bytes");
  limits.connections_max = static_cast<int32_t>(effective("max.connections"));
  limits.connections_per_ip_max = static_cast<int32_t>(effective("max.connections.per.ip"));
  limits.idle_max = std::chrono::milliseconds(config().integer("connections.max.idle.ms"));
  limits.send_buffer_bytes = static_cast<int>(config().integer("socket.send.buffer.bytes"));
  std::vector<net::EventLoop*> loops;
  for (const auto& loop : loops_) loops.push_back(loop.get());
  server_ = std::make_unique<Server>(std::move(loops), *services_, limits);
}

void BrokerImpl::serve() {
  for (size_t i = 0; i < listening_descriptors_.size(); ++i) server_->listen(listening_descriptors_[i], i);
  listening_descriptors_.clear();
  maintenance_ = std::make_unique<Maintenance>(
      *loops_.front(), workers_, clock_, loggers_.of(Loggers::log_manager), config(), *topics_);
  maintenance_->start();
  compactor_ = std::make_unique<Compactor>(*loops_.front(), fs_, clock_,
                                           loggers_.of(Loggers::cleaner), config(), *metadata_,
                                           *directory_, *topics_, workers_, fill_random);
  compactor_->start();
  serve_metrics();
}

// Whoever comes by it was let in by the file system, and speaks to the first listener.
void BrokerImpl::serve_neighbours() {
  if (neighbour_descriptor_ >= 0) server_->listen(std::exchange(neighbour_descriptor_, -1), 0);
}

void BrokerImpl::serve_metrics() {
  if (metrics_descriptor_ < 0) return;
  const MetricsSource source{*topics_, *metadata_, *compactor_};
  metrics_ = std::make_unique<MetricsServer>(
      *loops_.front(), workers_, std::exchange(metrics_descriptor_, -1),
      [source](const HttpRequest& request) { return answer_http(request, source); });
  metrics_->start();
}

Status BrokerImpl::stop() {
  if (!directory_) return {};
  purgatory_.close();
  if (transactions_) transactions_->stop();
  if (groups_) groups_->stop();
  if (maintenance_) maintenance_->stop();
  if (compactor_) compactor_->stop();
  if (metrics_) metrics_->stop();
  if (server_) server_->stop();
  for (const int descriptor : listening_descriptors_) ::close(descriptor);
  listening_descriptors_.clear();
  for (int* descriptor : {&metrics_descriptor_, &neighbour_descriptor_})
    if (*descriptor >= 0) ::close(std::exchange(*descriptor, -1));
  workers_.stop();
  for (const auto& loop : loops_) loop->stop();
  const Status closed = close_storage();
  // Sockets and timers first: they belong to the loops.
  metrics_.reset();
  compactor_.reset();
  maintenance_.reset();
  server_.reset();
  transactions_.reset();
  groups_.reset();
  loops_.clear();
  services_.reset();
  topics_.reset();
  metadata_.reset();
  if (!is_read_only()) ::unlink(concat(options_.data_dir, "/", kNeighbourSocket).c_str());
  directory_.reset();
  return closed;
}

// In Kafka's order (storage-format 5.9): logs, checkpoints, metadata log, and last the marker that says all went well.
Status BrokerImpl::close_storage() {
  if (topics_) TRY(topics_->close());
  if (is_read_only() || !metadata_ || !metadata_->is_active()) return {};
  TRY(metadata_->close_cleanly());
  return directory_->write_clean_marker(metadata_->broker_epoch());
}

}  // namespace

Result<std::unique_ptr<Broker>> Broker::start(storage::FileSystem& fs, const Clock& clock, Logger& logger,
                                              Options options) {
  auto broker = std::make_unique<BrokerImpl>(fs, clock, logger, std::move(options));
  TRY(broker->start());
  return broker;
}

}  // namespace spool::broker
