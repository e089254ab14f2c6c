"""Who may reach which endpoint, written down once more by hand: a new route fails until it is placed here.

This says who passes the gate; services authorise every object again.
"""

PATIENT, THERAPIST, CLINIC_ADMIN, MODERATOR = (frozenset({role}) for role in ("patient", "therapist", "clinic_admin", "moderator"))
EVERY_ROLE = PATIENT | THERAPIST | CLINIC_ADMIN | MODERATOR

def names(text: str) -> list[str]:
    """Read endpoints that are parted by white space."""
    return text.split()


PUBLIC = names("""
console.sign_in console.sign_in_passkey console.sign_in_passkey_options console.sign_in_submit console.signed_out home.front
feeds.read identity.ask_link identity.ask_link_submit identity.check_mail identity.confirm identity.confirm_email_change
identity.confirm_email_change_submit identity.confirm_submit identity.disown identity.disowned identity.email_changed
identity.forgot identity.forgot_submit identity.invitation identity.invitation_submit identity.link identity.link_submit
identity.mail_sent identity.new_password identity.new_password_submit identity.password_changed identity.register
identity.register_submit identity.sign_in identity.sign_in_passkey identity.sign_in_passkey_options identity.sign_in_submit
identity.signed_out notifications.service_worker seats.give_back seats.give_back_submit times.cancel times.cancel_submit times.confirm times.confirm_submit tenants.alive
tenants.help_now tenants.logo tenants.ready tenants.theme waiting.ask_leave waiting.ask_pass waiting.do_leave waiting.do_pass
""")

CONSOLE = names("""
console.account console.add_admin console.add_admin_submit console.add_app console.add_check console.add_clinic console.add_make
console.add_passkey console.add_step console.add_step_submit console.add_stop console.added console.admin console.admin_act
console.audit console.change_password console.change_password_submit console.change_state console.clinic console.clinics
console.codes console.confirm_it_is_you console.confirm_it_is_you_passkey console.confirm_it_is_you_submit console.confirm_state
console.finish_app console.health console.hosts console.hosts_submit console.make_codes console.passkey_options
console.registration console.registration_submit console.remove_app console.remove_passkey console.second_step
console.second_step_passkey console.second_step_passkey_options console.second_step_submit console.set_up console.sign_device_out
console.sign_out console.sign_out_everywhere console.start_app console.theme console.theme_submit console.themes
""")

MATRIX: dict[str, frozenset[str]] = {}


def _place(roles: frozenset[str], endpoints: str) -> None:
    MATRIX.update(dict.fromkeys(names(endpoints), roles))


_place(
    THERAPIST,
    """
progress.client_plan progress.client_plan_submit progress.client_results progress.end_client_rule progress.end_pause
progress.give progress.pause progress.remind progress.result progress.result_as_fhir progress.waiting
    """,
)

_place(
    CLINIC_ADMIN,
    """
progress.begin_own progress.edit_own progress.import_own progress.own_list progress.preview_own progress.publish_own
progress.questionnaire_as_fhir progress.save_own
progress.attest progress.clinic_plan progress.clinic_plan_submit progress.end_clinic_rule progress.pack
progress.questionnaires progress.switch progress.talk_after progress.withdraw
    """,
)

_place(
    THERAPIST,
    """
groups.new groups.plan regular.book_left_out
calendar.accept calendar.decline calendar.requests closing.mine closing.work
calendar.cancel calendar.confirm_cancel calendar.index calendar.open_times crisis.act crisis.close crisis.hand_over crisis.take
crisis.task home.therapist_day
records.client records.clients records.end_care
outside.add outside.add_submit outside.confirm_remove outside.index outside.password outside.read outside.remove outside.show
records.end_care_submit staff.about_me staff.about_me_submit staff.hand_in staff.hand_in_submit staff.hours staff.hours_submit
staff.leave staff.leave_remove staff.leave_submit staff.my_credential staff.my_credential_submit staff.my_credentials
staff.my_photo staff.my_photo_submit staff.practice staff.work staff.work_submit
    """,
)

_place(CLINIC_ADMIN, "waiting_list.figures")
_place(PATIENT | THERAPIST | CLINIC_ADMIN, "groups.cancel groups.confirm_cancel groups.index groups.show")
_place(CLINIC_ADMIN | THERAPIST, "groups.move groups.do_move")
_place(CLINIC_ADMIN | THERAPIST, "joint.choose_person joint.person_chosen joint.new joint.book joint.booked")
_place(PATIENT, "joint.anybody_times joint.anybody_chosen")

_place(
    PATIENT,
    """
groups.join
waiting.mine waiting.wishes waiting.join waiting.take waiting.pass_over waiting.wake waiting.leave waiting.back_to_list
upset.show upset.choose upset.wait_instead
    """,
)

_place(
    CLINIC_ADMIN | THERAPIST,
    """
waiting_list.index waiting_list.choose_person waiting_list.person_chosen waiting_list.add waiting_list.add_submit waiting_list.show
waiting_list.set_level waiting_list.offer waiting_list.remove upset_list.index upset_list.one upset_list.cover upset_list.keep
upset_list.call_off
    """,
)

_place(
    CLINIC_ADMIN,
    """
duty.add_override duty.add_span duty.remove_override duty.remove_span duty.rules duty.rules_submit
closing.add closing.change closing.index closing.rules kinds.add kinds.add_submit kinds.change kinds.change_submit kinds.index kinds.retire kinds.revive
clinic.access_log clinic.add_line clinic.add_line_submit clinic.change_line clinic.change_line_submit clinic.check_log
clinic.confirm_line clinic.draft_css clinic.help_lines clinic.logo clinic.logo_submit clinic.look clinic.look_submit
clinic.remove_line clinic.remove_logo clinic.rules clinic.rules_submit clinic.undo_look home.clinic_overview
intake.add_own intake.add_own_submit intake.change_plan intake.move_own intake.nudge intake.own intake.own_submit intake.plan
clinic_day.index intake.remove_own intake.unfinished matching.close

matching.waiting staff.add staff.add_submit staff.approve staff.ask_again staff.confirm_act staff.credential staff.credentials
staff.do_act staff.import_check staff.import_check_submit staff.import_example staff.import_file staff.import_file_submit
staff.invite_again staff.people staff.person
    """,
)

_place(
    CLINIC_ADMIN | THERAPIST,
    """
calendar.came calendar.check_move calendar.confirm_missed calendar.missed calendar.move calendar.move_submit calendar.show
crisis.queue duty.rota late.index late.waive staff.document
    """,
)

_place(
    PATIENT | THERAPIST,
    """
feeds.confirm_end feeds.end feeds.index feeds.make
    """,
)

_place(
    EVERY_ROLE,
    """
home.close_guide
    """,
)

_place(
    PATIENT,
    """
home.more home.patient_home identity.welcome identity.welcomed intake.agreed intake.answer intake.check intake.give intake.go_on
intake.question intake.send intake.sent intake.start intake.stopped intake.take_back intake.take_back_page matching.ask
matching.choices matching.confirm_pass matching.everybody matching.others matching.pass_over matching.relax matching.send_ask
matching.stop_asking matching.stop_waiting matching.wait progress.answer progress.check progress.done progress.go_on
progress.index progress.question progress.questionnaire progress.say_line progress.say_safe progress.send progress.start progress.support progress.which_line
records.profile records.topic records.topic_submit records.who_opened scheduling.book scheduling.booked scheduling.calendar_file
scheduling.cancel scheduling.check scheduling.check_move scheduling.choose_move scheduling.move scheduling.choose_time scheduling.choose_zone scheduling.confirm_cancel scheduling.index
scheduling.new scheduling.show times.coming times.index
    """,
)

_place(
    EVERY_ROLE,
    """
identity.account identity.account_submit identity.act_as identity.add_app identity.add_passkey identity.change_email
identity.change_email_submit identity.change_password identity.change_password_submit identity.codes identity.confirm_it_is_you
identity.confirm_it_is_you_passkey identity.confirm_it_is_you_submit identity.devices identity.finish_app identity.make_codes
identity.new_address_mailed identity.passkey identity.passkey_options identity.remove_app identity.remove_passkey
identity.rename_passkey identity.second_step identity.second_step_passkey identity.second_step_passkey_options
identity.second_step_submit identity.set_up identity.sign_device_out identity.sign_out identity.sign_out_everywhere
identity.start_app notifications.choose notifications.choose_submit notifications.follow notifications.index notifications.open_line notifications.push_key
notifications.push_off notifications.push_on notifications.read_all staff.photo staff.read_about
    """,
)

_place(
    PATIENT | THERAPIST,
    """
messaging.draft messaging.send messaging.since messaging.thread messaging.threads messaging.write_to
groups.calendar_file regular.check_move regular.do_move regular.move regular.accept regular.calendar_file regular.cancel regular.check regular.confirm_cancel regular.decline regular.index regular.make
regular.new regular.show
    """,
)

_place(
    THERAPIST,
    """
matching.answer_note matching.waiting_notes
    """,
)

_place(
    CLINIC_ADMIN,
    """
matching.accept_line matching.change_limit matching.change_weights matching.close_search matching.fairness matching.fairness_file
matching.limit matching.loads matching.outcomes matching.progress matching.proposals matching.reset_weights matching.skip_line
matching.start_search matching.take matching.weights
    """,
)

_place(
    PATIENT,
    """
matching.begin_change matching.change matching.note matching.stay
    """,
)
