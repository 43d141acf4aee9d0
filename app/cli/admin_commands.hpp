/// @file
/// The management commands: `mintage client`, `registration-token`, `code`, `keys`, `seal`,
/// `clock`, `reload`, `explain`, `apply`, `export`, `top` and `bug-report`, over the admin
/// interface; `healthcheck`; `schema`, which asks nobody; `db` and `cluster`, which ask PostgreSQL.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace mintage::app {

/// The command that was chosen, run after the whole command line was parsed. Returns the exit code.
/// @throws command_error
using action = std::function<int()>;

/// Each adds a command, or a group of commands, to the program. The command that is named sets
/// `chosen`, which outlives the parsing.
void add_client_commands(CLI::App& program, action& chosen);
/// Adds `check` to the group `client`.
void add_client_check_command(CLI::App& client, action& chosen);
void add_registration_token_commands(CLI::App& program, action& chosen);
void add_code_commands(CLI::App& program, action& chosen);
void add_keys_commands(CLI::App& program, action& chosen);
void add_seal_commands(CLI::App& program, action& chosen);
void add_clock_commands(CLI::App& program, action& chosen);
void add_reload_command(CLI::App& program, action& chosen);
void add_explain_command(CLI::App& program, action& chosen);
void add_healthcheck_command(CLI::App& program, action& chosen);
void add_apply_command(CLI::App& program, action& chosen);
void add_export_command(CLI::App& program, action& chosen);
void add_schema_command(CLI::App& program, action& chosen);
void add_top_command(CLI::App& program, action& chosen);
void add_bug_report_command(CLI::App& program, action& chosen);
void add_db_commands(CLI::App& program, action& chosen);
void add_cluster_commands(CLI::App& program, action& chosen);
/// `backup`, `verify-backup` and `restore`, of the embedded database.
void add_backup_commands(CLI::App& program, action& chosen);

}  // namespace mintage::app
