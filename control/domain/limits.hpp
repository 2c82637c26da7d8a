#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

/// Every bound on what people may store. A request past one is refused with the bound in the text.
///
/// Units: lengths of texts in bytes of UTF-8; `_seconds`, `_bytes` as named; the rest are counts.
namespace modelgate::control::domain::limits {

inline constexpr std::size_t deployment_name_length = 128;
inline constexpr std::size_t display_name_length = 128;
inline constexpr std::size_t description_length = 4'096;
inline constexpr std::chrono::seconds longest_token_overlap{30 * 86'400};  ///< after a rotation
inline constexpr std::size_t update_message_length = 1'024;
inline constexpr std::size_t client_name_length = 64;
inline constexpr std::size_t media_type_length = 256;
inline constexpr std::size_t token_name_length = 128;
inline constexpr std::size_t model_image_length = 512;
inline constexpr std::size_t model_uri_length = 2'048;
inline constexpr std::size_t pull_secret_length = 253;
inline constexpr std::size_t registry_length = 255;
inline constexpr std::size_t registry_user_length = 256;
inline constexpr std::size_t registry_password_length = 16'384;  ///< some registries take a whole key file for one
inline constexpr std::size_t docker_config_bytes = 65'536;
inline constexpr std::size_t docker_config_registries = 64;
inline constexpr std::size_t pull_secrets = 10'000;

inline constexpr std::size_t shortest_password = 8;  ///< Source: NIST SP 800-63B section 5.1.1.2, as its rules on forms
inline constexpr std::size_t longest_password = 1'024;
inline constexpr std::size_t token_groups = 1'000;

inline constexpr std::size_t metadata_entries = 64;
inline constexpr std::size_t metadata_key_length = 128;
inline constexpr std::size_t metadata_value_length = 4'096;

inline constexpr std::size_t env_variables = 256;
inline constexpr std::size_t env_name_length = 256;
inline constexpr std::size_t env_value_length = 32'768;
inline constexpr std::size_t env_bytes =
    262'144;  ///< all names and values of one deployment: well below what execve takes

inline constexpr std::size_t example_request_bytes = 65'536;

inline constexpr std::size_t external_urls = 64;
inline constexpr std::size_t external_url_length = 512;
inline constexpr std::size_t external_file_name_length = 128;
inline constexpr std::size_t health_path_length = 1'024;

/// High enough that a quota, not this, answers a request that is too large.
inline constexpr std::int64_t replicas = 10'000;

inline constexpr std::int64_t timeout_seconds = 86'400;
inline constexpr std::int64_t progress_deadline_seconds = 86'400;
inline constexpr std::int64_t body_bytes = 1'099'511'627'776;
inline constexpr std::int64_t queue_length = 1'000'000;
inline constexpr std::int64_t concurrency = 100'000;

inline constexpr double requests_per_second = 1'000'000;
inline constexpr std::int64_t requests_at_once = 1'000'000;

inline constexpr double cores = 1'000'000;
inline constexpr double memory_gib = 1'048'576;
inline constexpr std::int64_t gpus = 1'000'000;
inline constexpr std::int64_t max_deploy = 1'000'000;

inline constexpr std::size_t group_people = 10'000;  ///< in each of admins and members
inline constexpr std::size_t instance_type_groups = 1'000;
inline constexpr std::size_t clients_per_deployment = 1'000;
inline constexpr std::size_t htpasswd_bytes = 1'000'000;  ///< of one file that is imported
inline constexpr std::size_t tokens_per_user = 100;
inline constexpr std::size_t revisions_kept = 100;  ///< of one deployment; the oldest go first

}  // namespace modelgate::control::domain::limits
