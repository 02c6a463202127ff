import { moduleName } from './collections.ts'

/**
 * Modules that Ansible has and kplay has not, by the short names playbooks use. A task of such a module that stands
 * under a condition may be one for another kind of host, and is refused only where it would run.
 */
const NAMES = new Set(
  [
    // Package managers and repositories.
    'apk apt_key apt_repository apt_rpm deb822_repository debconf dnf dnf5 dpkg_selections flatpak homebrew homebrew_cask',
    'macports openbsd_pkg opkg pacman pip pkg5 pkgin pkgng pkgutil portage rhsm_repository redhat_subscription rpm_key',
    'slackpkg snap swdepot urpmi xbps yum yum_repository zypper zypper_repository cpanm gem npm yarn bower composer',
    // The system.
    'at authorized_key capabilities cron cronvar crypttab firewalld gconftool2 getent group_by hostname interfaces_file',
    'iptables java_cert java_keystore kernel_blacklist known_hosts launchd locale_gen lvg lvol make modprobe nmcli',
    'openwrt_init osx_defaults pam_limits pamd parted patch reboot runit sefcontext selinux selinux_permissive seboolean',
    'selogin seport service_facts package_facts mount_facts ssh_config sudoers svc sysrc timezone ufw xfs_quota zfs',
    'acl archive assemble expect git hg htpasswd ini_file iso_extract known_hosts read_csv rsync subversion synchronize',
    'tempfile unarchive uri wakeonlan xattr xml openssh_keypair openssl_certificate openssl_csr openssl_dhparam',
    'openssl_privatekey x509_certificate',
    // Databases and services.
    'docker_compose docker_container docker_image docker_login docker_network docker_volume k8s helm mongodb_user mysql_db',
    'mysql_info mysql_query mysql_replication mysql_user mysql_variables postgresql_db postgresql_ext postgresql_privs',
    'postgresql_query postgresql_user redis rabbitmq_plugin rabbitmq_user rabbitmq_vhost jenkins_plugin grafana_dashboard',
    'nagios mail slack telegram hipchat jabber irc influxdb_database elasticsearch_plugin consul supervisorctl monit',
    'apache2_module apache2_mod_proxy django_manage ejabberd_user proxysql_query ldap_attrs ldap_entry',
  ]
    .join(' ')
    .split(' '),
)

/** Whether a module is one that kplay has not, and that is no slip of the pen. */
export function isElsewhere(written: string): boolean {
  const { collection, name } = moduleName(written)
  return (
    NAMES.has(name) ||
    name.startsWith('win_') ||
    (collection !== undefined && !/^ansible\.(builtin|legacy)$/.test(collection))
  )
}
