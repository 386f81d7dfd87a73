from django.db import migrations, models

TEXT = "UPDATE books SET note = 'a:b%c' WHERE note = ''"


class Migration(migrations.Migration):
    dependencies = [("shop", "0003_renames")]

    operations = [
        migrations.AlterField("box", "id", models.BigAutoField(primary_key=True)),
        migrations.RunSQL(TEXT, reverse_sql=migrations.RunSQL.noop),
        migrations.RunSQL([("UPDATE books SET note = %s WHERE id = %s", ["it's", 5]), "SELECT 1; SELECT 2"], reverse_sql="SELECT 3"),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL("ALTER TABLE books ADD COLUMN extra integer NULL", "ALTER TABLE books DROP COLUMN extra")],
            state_operations=[migrations.AddField("book", "extra", models.IntegerField(null=True))],
        ),
        migrations.AlterField("book", "extra", models.BigIntegerField(null=True)),
        migrations.RunPython(migrations.RunPython.noop, migrations.RunPython.noop),
        migrations.DeleteModel("Novel"),
    ]
