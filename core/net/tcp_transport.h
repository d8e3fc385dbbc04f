#pragma once

#include <sys/socket.h>

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "core/net/transport.h"

namespace spool::net {

struct TcpOptions {
  /// The largest frame taken from the peer. Kafka answers a Fetch with more than was asked when one
  /// batch is larger.
  size_t frame_bytes_max = size_t{512} << 20;
};

/// Frames over a stream socket, nearly always TCP: no Nagle, many frames a read. Connects in the
/// background, trying the name's addresses in turn; send() queues meanwhile.
class TcpTransport final : public Transport {
 public:
  /// Resolves the name (this may block for as long as the resolver does) and begins to connect.
  /// errors  not_found: nobody has this name; disconnected: it could not be asked for, or every
  ///         address refused at once
  static Result<std::unique_ptr<Transport>> connect(const std::string& host, uint16_t port,
                                                    TcpOptions options = {});
  /// The same to one address of any family, under the name that errors give it.
  static Result<std::unique_ptr<Transport>> connect_to(std::string name, const sockaddr* address,
                                                       socklen_t address_bytes);
  ~TcpTransport() override;

  int poll_fd() const override { return fd_; }
  short poll_events() const override;
  Status send(std::vector<BytesView> pieces) override;
  Status pump(std::vector<Buffer>& received) override;

 private:
  struct Address {
    Buffer bytes;  // a sockaddr
    int family;
  };

  TcpTransport(std::string name, std::vector<Address> addresses, TcpOptions options);
  Status connect_next();
  Status finish_connecting();
  Status write_queued();
  Status read_available(std::vector<Buffer>& received);
  Status consume(BytesView bytes, std::vector<Buffer>& received);
  void deliver_if_whole(std::vector<Buffer>& received);
  Status begin_frame(int32_t size);
  Error broken(int errno_value) const;

  std::string name_;
  std::vector<Address> addresses_;
  TcpOptions options_;
  size_t next_address_ = 0;
  int fd_ = -1;
  bool is_connecting_ = false;

  std::vector<uint8_t>
      unsent_;  ///< bytes the socket did not take; unsent_at_ of them have gone since
  size_t unsent_at_ = 0;

  uint8_t size_prefix_[4];
  size_t size_prefix_have_ = 0;
  bool is_in_frame_ = false;
  size_t frame_size_ = 0;
  size_t frame_have_ = 0;
  Buffer frame_;
  Buffer read_buffer_;
};

}  // namespace spool::net
