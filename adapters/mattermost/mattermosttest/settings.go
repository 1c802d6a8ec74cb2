package mattermosttest

import (
	"fmt"
	"path/filepath"
)

// settings is the environment of a server that talks to nobody but its database and the bot under test.
// Each key is one of Mattermost's configuration, MM_SECTION_KEY.
func settings(dir string, port int, source string) map[string]string {
	env := map[string]string{
		// Without a path of its own the server writes into its source folder.
		"MM_CONFIG":                             filepath.Join(dir, "config.json"),
		"MM_SQLSETTINGS_DRIVERNAME":             "postgres",
		"MM_SQLSETTINGS_DATASOURCE":             source,
		"MM_SQLSETTINGS_MAXOPENCONNS":           "20",
		"MM_SQLSETTINGS_MAXIDLECONNS":           "10",
		"MM_SERVICESETTINGS_LISTENADDRESS":      fmt.Sprintf("127.0.0.1:%d", port),
		"MM_SERVICESETTINGS_SITEURL":            fmt.Sprintf("http://127.0.0.1:%d", port),
		"MM_FILESETTINGS_DIRECTORY":             filepath.Join(dir, "data"),
		"MM_PLUGINSETTINGS_DIRECTORY":           filepath.Join(dir, "plugins"),
		"MM_PLUGINSETTINGS_CLIENTDIRECTORY":     filepath.Join(dir, "client"),
		"MM_LOGSETTINGS_CONSOLELEVEL":           "WARN",
		"MM_TEAMSETTINGS_MAXUSERSPERTEAM":       "1000",
		"MM_TEAMSETTINGS_MAXCHANNELSPERTEAM":    "100000",
		"MM_SERVICESETTINGS_ENABLEDEVELOPER":    "true", // tells the cause in detailed_error
		"MM_NOTIFICATIONLOGSETTINGS_ENABLEFILE": "false",
	}
	for _, key := range []string{
		"MM_SERVICESETTINGS_ENABLEBOTACCOUNTCREATION",
		"MM_SERVICESETTINGS_ENABLEUSERACCESSTOKENS",
	} {
		env[key] = "true"
	}
	// Without it no callback leaves the server for loopback.
	env["MM_SERVICESETTINGS_ALLOWEDUNTRUSTEDINTERNALCONNECTIONS"] = "127.0.0.1"
	for _, key := range quiet {
		env[key] = "false"
	}
	return env
}

// quiet is switched off: what would call the vendor, send mail or slow a start down.
var quiet = []string{
	"MM_JOBSETTINGS_RUNJOBS",
	"MM_JOBSETTINGS_RUNSCHEDULER",
	"MM_PLUGINSETTINGS_ENABLE",
	"MM_LOGSETTINGS_ENABLEDIAGNOSTICS",
	"MM_LOGSETTINGS_ENABLESENTRY",
	"MM_LOGSETTINGS_ENABLEFILE",
	"MM_SERVICESETTINGS_ENABLESECURITYFIXALERT",
	"MM_SERVICESETTINGS_ENABLELINKPREVIEWS",
	"MM_ANNOUNCEMENTSETTINGS_ADMINNOTICESENABLED",
	"MM_ANNOUNCEMENTSETTINGS_USERNOTICESENABLED",
	"MM_EMAILSETTINGS_SENDEMAILNOTIFICATIONS",
	"MM_EMAILSETTINGS_SENDPUSHNOTIFICATIONS",
}
