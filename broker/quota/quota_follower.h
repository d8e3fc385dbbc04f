#pragma once

#include "broker/metadata/store.h"
#include "broker/quota/client_quotas.h"

namespace spool::broker {

/// Keeps ClientQuotas what the metadata log says.
class QuotaFollower final : public MetadataListener {
 public:
  /// Takes in the limits there are. Both outlive the follower.
  QuotaFollower(const MetadataStore& metadata, ClientQuotas& quotas)
      : metadata_(metadata), quotas_(quotas) {
    take_in();
  }

  void on_metadata_change(const MetadataDelta& delta) override {
    if (delta.has_changed_quotas) take_in();
  }

 private:
  void take_in() { quotas_.replace(metadata_.read()->client_quotas()); }

  const MetadataStore& metadata_;
  ClientQuotas& quotas_;
};

}  // namespace spool::broker
