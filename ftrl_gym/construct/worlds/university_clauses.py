"""The rules of a registry that stand in its handbook and that no tool enforces."""

from __future__ import annotations

from ftrl_gym.construct.declare import Also, Clause, Fix

# fmt: off
CLAUSES = (
    Clause("Who may call", "The registry serves departments, instructors and students. Whoever calls need not say why."
                           " Marks and scores are read out to members of the university only, and never to parents."),
    Clause("Counter hours", "The counter is open on weekdays from nine to twelve. What is asked for in the afternoon is"
                            " done on the same day all the same, as long as these rules allow it."),
    Clause("Unpaid fees",
           "A student who owes more than {} euros in unpaid fees has to see the bursar first. Until then the registry"
           " does not enrol that student in anything.",
           "enrol", "student.owed > figure", values=(600, 650)),
    Clause("Evening sections",
           "Nobody is there to run the cameras late in the day. Whoever is enrolled in a section whose time slot starts"
           " at 16:00 or later attends it on site, also when online attendance was asked for.",
           "enrol", "section.slot.starts >= '16:00'", Fix("mode", "on site")),
    Clause("Last seats",
           "The last seats of a section are kept for exchange students, who arrive late. Do not enrol anybody in a"
           " section that has {} seats left or fewer.",
           "enrol", "section.seats_left <= figure", values=(8, 10, 12)),
    Clause("No escape from a mark",
           "Nobody withdraws to escape a bad mark. An enrolment with a midterm mark of less than {} points stays as it"
           " is.",
           "withdraw", "enrolment.midterm < figure", values=(40, 45)),
    Clause("Withdrawing with debts",
           "If an enrolment is withdrawn whose student owes more than {} euros before any withdrawal fee, and whose"
           " account is not on hold yet, put that student's account on hold as well.",
           "withdraw", "enrolment.student.owed > figure and enrolment.student.hold == 'none'",
           Also("place_hold", {"student": "enrolment.student"}), (500, 550)),
    Clause("Sections under way",
           "A section whose first meeting was more than {} days ago has found its place. It is not moved to another"
           " room.",
           "move_section", "days_until(section.begins) < -figure", values=(8, 9, 10)),
    Clause("Lecturers",
           "Lecturers are here to teach. A thesis is not registered with a lecturer as its first supervisor; as the"
           " second one a lecturer is welcome.",
           "register_thesis", "lead.rank == 'lecturer'"),
    Clause("Master's theses",
           "A thesis by a student whose programme leads to the degree of master is written in English, because it is"
           " sent abroad. Register it in English, whatever language was asked for.",
           "register_thesis", "student.programme.degree == 'master'", Fix("tongue", "English")),
    Clause("Third time",
           "A thesis that has had {} extensions or more keeps its due date. Neither a later nor an earlier one is"
           " entered by the registry.",
           "move_due_date", "thesis.extensions >= figure", values=(3,)),
    Clause("Exams at short notice",
           "Candidates read the plan of their exams once. An exam that is less than {} days away stays in the room"
           " where it is.",
           "move_exam", "days_until(exam.date) < figure", values=(21, 24)),
    Clause("Long studies",
           "Scholarships are for those who begin. A student who has spent more than {} semesters here is not awarded"
           " one by the registry.",
           "award_scholarship", "student.semester > figure", values=(8, 9)),
    Clause("Large scholarships",
           "A scholarship with a monthly sum of more than {} euros is awarded by the senate in a sitting of its own,"
           " and never by the registry.",
           "award_scholarship", "scholarship.monthly > figure", values=(620, 660)),
    Clause("Grants about to run out",
           "A grant whose last day is less than {} days away is left to run out. Do not end it early.",
           "end_grant", "days_until(grant.until) < figure", values=(110, 130)),
    Clause("Words", "We write the names of courses as the catalogue has them, answer in full sentences, and do not"
                    " guess: if a number is missing, we ask for it."),
)
